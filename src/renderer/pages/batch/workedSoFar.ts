import type { BatchRow, LogRow } from '../../../shared/contract.ts';

/**
 * How many seconds a running batch has worked by now. While it was interrupted it did not, so that they are counted
 * from its last beginning.
 *
 * @param events the batch's event log, oldest first
 */
export function workedSoFar(batch: BatchRow, events: readonly LogRow[], now: Date): number {
  const begun = events.findLast(({ event }) => event === 'batch_started' || event === 'batch_resumed');
  const before = begun?.detail.worked_seconds;
  const since = Date.parse(begun?.at ?? batch.started_at);
  const seconds = Math.max(0, (now.getTime() - since) / 1000);
  return (typeof before === 'number' ? before : 0) + seconds;
}
