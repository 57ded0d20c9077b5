import { setImmediate } from 'node:timers/promises';
import { centralRefusal, FailureCode, type SyncFailure } from '../../shared/errors.ts';
import type { CopyEnd, CopyIn, Pieces } from '../postgres/copyIn.ts';
import { keyText } from '../postgres/keyText.ts';
import { dataBytes, lastRow, type RowBlock } from '../postgres/rowBlock.ts';
import type { Session, StatementResult } from '../postgres/session.ts';
import type { SourceRows } from '../source/port.ts';
import type { LastKey } from '../target/checkpoint.ts';
import { type ChunkLimits, nameOf, type PassContext, type RateLimiter } from './pass.ts';

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
  rows: SourceRows,
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
  const pieces = cappedPieces(throttle, stop);
  while (count < limits.chunkRows && bytes < limits.chunkBytes && !stop.aborted) {
    const left = limits.chunkSeconds * 1000 - (clock.monotonic() - started);
    if (left <= 0 && count > 0) break;
    const block = rows.take(limits.chunkRows - count);
    if (block === null) {
      if (rows.exhausted) break;
      try {
        await rows.ready(count === 0 ? Number.POSITIVE_INFINITY : left, stop);
      } catch (error) {
        cutShort = rows.failure(error);
        break;
      }
      continue;
    }
    // Copied before the block is sent, because sending frees the block's memory.
    last = Buffer.from(lastRow(block));
    count += block.rows;
    bytes += dataBytes(block);
    const sent = block.messages.length;
    await throttle.acquire(stop);
    const taken = send(central, copy, block, pieces);
    if (taken !== null) await taken;
    thisTurn += sent;
    if (thisTurn < BYTES_A_TURN) continue;
    thisTurn = 0;
    await setImmediate();
  }
  return { rows: count, bytes, lastKey: lastKeyOf(context, last), cutShort };
}

/** How to send a large block under the cap on the link. */
export function cappedPieces(throttle: RateLimiter, stop: AbortSignal): Pieces {
  return {
    get bytes() {
      return throttle.pieceBytes;
    },
    next: () => throttle.acquire(stop),
  };
}

/** @returns null where there is nothing to wait for, as for most blocks */
function send(central: Session, copy: CopyIn, block: RowBlock, pieces: Pieces): Promise<void> | null {
  try {
    const taken = copy.write(block, pieces);
    return taken === null ? null : central.guard(taken);
  } catch (error) {
    throw central.failure(error);
  }
}

/**
 * Ends a COPY into central.
 *
 * @param behind statements for the same round trip
 * @returns their results
 * @throws SyncFailure `central_lacks_rows` where central reports another number of rows than were sent
 */
export async function endCopy(
  context: PassContext,
  central: Session,
  copy: CopyIn,
  load: Pick<ChunkLoad, 'rows'>,
  behind: readonly string[] = [],
): Promise<readonly StatementResult[]> {
  return takenAll(context, load, await central.guard(copy.end(behind), central.workMs));
}

/**
 * Checks that central has taken all rows of a COPY.
 *
 * @returns results of the statements behind it
 * @throws SyncFailure `central_lacks_rows`
 */
export function takenAll(
  context: PassContext,
  { rows }: Pick<ChunkLoad, 'rows'>,
  { rows: taken, results }: CopyEnd,
): readonly StatementResult[] {
  if (taken === rows) return results;
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
