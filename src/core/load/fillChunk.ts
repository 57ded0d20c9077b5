import { setImmediate } from 'node:timers/promises';
import { centralRefusal, FailureCode, type SyncFailure } from '../../shared/errors.ts';
import type { CopyIn } from '../postgres/copyIn.ts';
import type { CopyOut } from '../postgres/copyOut.ts';
import { keyText } from '../postgres/keyText.ts';
import { dataBytes, lastRow, type RowBlock } from '../postgres/rowBlock.ts';
import type { Session } from '../postgres/session.ts';
import type { LastKey } from '../target/checkpoint.ts';
import { type ChunkLimits, nameOf, type PassContext } from './pass.ts';

/** For what has to go through in one transaction. */
export const NO_LIMITS: ChunkLimits = {
  chunkRows: Number.POSITIVE_INFINITY,
  chunkBytes: Number.POSITIVE_INFINITY,
  chunkSeconds: Number.POSITIVE_INFINITY,
  maxSnapshotMinutes: Number.POSITIVE_INFINITY,
};

/**
 * Passed on before everything else in this process has its turn: some milliseconds of work. While central takes
 * what it is sent, nothing makes this loop wait, and what was read ahead would go out in one go: 16 MB a table,
 * which on a branch's old machine is long enough to be felt in the window.
 */
export const BYTES_A_TURN = 1024 * 1024;

/** What was sent to central for one chunk. */
export interface ChunkLoad {
  readonly rows: number;
  readonly bytes: number;
  /** Key of the last row; null where there is no key or no row. */
  readonly lastKey: LastKey | null;
  /** Why the source ended early. The rows before are whole and in order, so they can be committed. */
  readonly cutShort: SyncFailure | null;
}

/**
 * Sends rows from the source to central until a limit of the chunk is reached, the source has no more,
 * or the run is stopped. Nothing is held back: rows pass on as they come, and what one side cannot take
 * makes the other wait.
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

/** Without a promise where there is nothing to wait for, as for most blocks. */
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
 * @throws SyncFailure `central_lacks_rows` where central has not taken just the rows that were sent
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
