import type { BatchSummary } from '../../../shared/window/views.ts';

/**
 * Which batch is the one that set-up speaks of: whatever runs now, else the one that it has started, else the latest
 * where a person comes back to it.
 *
 * @param latest the latest batch of the history
 * @param before id of the latest batch when this one was asked for, null where there was none; undefined: nothing was
 *   asked for yet
 */
export function batchToShow(
  latest: BatchSummary | undefined,
  before: string | null | undefined,
): BatchSummary | null {
  if (latest === undefined) return null;
  return latest.status !== 'running' && latest.batch_id === before ? null : latest;
}
