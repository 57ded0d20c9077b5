import type { BatchRow } from '../../shared/contract.ts';
import { InterruptionReason, TableStatus } from '../../shared/status.ts';
import {
  type ConnectionEnd,
  type ConnectionWork,
  PARALLEL_CONNECTIONS,
  type RunContext,
  runConnection,
} from './connectionRun.ts';

/**
 * Works through a batch that the journal has as running, and ends it there: `completed`, `failed`, or
 * `interrupted` where tables are left.
 *
 * @param leftReason why tables may be left that were not to be run now, where only some were
 */
export async function runBatch(
  run: RunContext,
  batchId: string,
  works: readonly ConnectionWork[],
  leftReason: InterruptionReason = InterruptionReason.User,
): Promise<BatchRow> {
  let ends: readonly ConnectionEnd[];
  try {
    ends = await runConnections(run, works);
  } catch (error) {
    // No table's fault: the journal cannot be written, or a mistake of ours. The batch can go on later.
    run.journal.interruptBatch(batchId, InterruptionReason.Crash);
    throw error;
  }
  const batch = endBatch(run, batchId, ends, leftReason);
  run.emit({ type: 'batch_ended', batch });
  return batch;
}

/** Runs the connections, some at a time. One that breaks does not stop the others. */
export async function runConnections(
  run: RunContext,
  works: readonly ConnectionWork[],
): Promise<readonly ConnectionEnd[]> {
  const queue = [...works];
  const ends: ConnectionEnd[] = [];
  const worker = async (): Promise<void> => {
    for (let work = queue.shift(); work !== undefined; work = queue.shift())
      ends.push(await runConnection(run, work));
  };
  const workers = Array.from({ length: Math.min(PARALLEL_CONNECTIONS, works.length) }, worker);
  for (const end of await Promise.allSettled(workers)) if (end.status === 'rejected') throw end.reason;
  return ends;
}

function endBatch(
  run: RunContext,
  batchId: string,
  ends: readonly ConnectionEnd[],
  leftReason: InterruptionReason,
): BatchRow {
  const left = run.journal
    .tables(batchId)
    .some((row) => row.status === TableStatus.Pending || row.status === TableStatus.InProgress);
  if (!left) return run.journal.endBatch(batchId);
  if (ends.some((end) => end.lostLease))
    return run.journal.interruptBatch(batchId, InterruptionReason.LostLease);
  return run.journal.interruptBatch(batchId, stopReason(run) ?? leftReason);
}

function stopReason(run: RunContext): InterruptionReason | null {
  if (!run.stop.aborted) return null;
  const reason: unknown = run.stop.reason;
  return Object.values(InterruptionReason).find((one) => one === reason) ?? InterruptionReason.User;
}
