import { setImmediate } from 'node:timers/promises';
import { centralRefusal, FailureCode, type SyncFailure } from '../../shared/errors.ts';
import type { CopyIn } from '../postgres/copyIn.ts';
import type { CopyOut } from '../postgres/copyOut.ts';
import { keyText } from '../postgres/keyText.ts';
import { dataBytes, lastRow, type RowBlock } from '../postgres/rowBlock.ts';
import type { Session } from '../postgres/session.ts';
import type { LastKey } from '../target/checkpoint.ts';
import { type ChunkLimits, nameOf, type PassContext } from './pass.ts';

/** For passes that have to be one transaction. */
export const NO_LIMITS: ChunkLimits = {
  chunkRows: Number.POSITIVE_INFINITY,
  chunkBytes: Number.POSITIVE_INFINITY,
  chunkSeconds: Number.POSITIVE_INFINITY,
  maxSnapshotMinutes: Number.POSITIVE_INFINITY,
};

/**
 * Bytes to pass on, some milliseconds of work, before the rest of this process gets a turn of the event loop. As long
 * as central takes what it is sent, the loop never waits, and would pass on all 16 MB that were read ahead at once: on a
 * branch's old machine the window would freeze noticeably.
 */
export const BYTES_A_TURN = 1024 * 1024;

/** What was sent to central for one chunk. */
export interface ChunkLoad {
  readonly rows: number;
  readonly bytes: number;
  /** Key of the last row; null where there is no key or no row. */
  readonly lastKey: LastKey | null;
  /** Why the source's stream ended early. The rows before that are complete and in order, so they can be committed. */
  readonly cutShort: SyncFailure | null;
}

/**
 * Sends rows from the source to central until the chunk reaches a limit, the source has no more rows, or the run is
 * stopped. Rows pass on as they arrive, and a slow central makes the source wait.
 */
export async function fillChunk(
  context: PassContext,
  source: Session,
  rows: CopyOut,
  central: Session,
  copy: CopyIn,
): Promise<ChunkLoad> {
  const { limits, clock, stop, throttle } = context;
  const started = clock.monotonic();
  let count = 0;
  let bytes = 0;
  let last: Buffer | null = null;
  let cutShort: SyncFailure | null = null;
  let thisTurn = 0;
  while (count < limits.chunkRows && bytes < limits.chunkBytes && !stop.aborted) {
    const left = limits.chunkSeconds * 1000 - (clock.monotonic() - started);
    if (left <= 0 && count > 0) break;
    const block = rows.take(limits.chunkRows - count);
    if (block === null) {
      if (rows.exhausted) break;
      try {
        await source.guard(rows.ready(count === 0 ? Number.POSITIVE_INFINITY : left, stop));
      } catch (error) {
        cutShort = source.failure(error);
        break;
      }
      continue;
    }
    // Copied before the block is sent, because sending frees the block's memory.
    last = Buffer.from(lastRow(block));
    count += block.rows;
    bytes += dataBytes(block);
    const sent = block.messages.length;
    const taken = send(central, copy, block);
    if (taken !== null) await taken;
    await throttle.spend(sent, stop);
    thisTurn += sent;
    if (thisTurn < BYTES_A_TURN) continue;
    thisTurn = 0;
    await setImmediate();
  }
  return { rows: count, bytes, lastKey: lastKeyOf(context, last), cutShort };
}

/** @returns null where there is nothing to wait for, as for most blocks */
function send(central: Session, copy: CopyIn, block: RowBlock): Promise<void> | null {
  try {
    const taken = copy.write(block);
    return taken === null ? null : central.guard(taken);
  } catch (error) {
    throw central.failure(error);
  }
}

/**
 * Ends a COPY into central.
 *
 * @throws SyncFailure `central_lacks_rows` where central reports another number of rows than were sent
 */
export async function endCopy(
  context: PassContext,
  central: Session,
  copy: CopyIn,
  { rows }: Pick<ChunkLoad, 'rows'>,
): Promise<void> {
  const taken = await central.guard(copy.end(), central.workMs);
  if (taken === rows) return;
  const lost = { rows: Math.abs(rows - taken), causes: `COPY ${taken}` };
  throw centralRefusal(FailureCode.CentralLacksRows, { ...nameOf(context), ...lost });
}

function lastKeyOf(context: PassContext, last: Buffer | null): LastKey | null {
  const { source, target } = context;
  if (last === null || target.key === null) return null;
  const types = target.key.map((name) => source.columns.find((one) => one.name === name)?.type ?? '');
  const columns = target.sourceKey.map((one) => one.definition);
  return { columns, values: keyText(target.format, last, types) };
}
