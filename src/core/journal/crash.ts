import type { BatchRow } from '../../shared/contract.ts';
import { InterruptionReason } from '../../shared/status.ts';
import type { Journal } from './journal.ts';
import type { Lease } from './lease.ts';

/**
 * A batch that still says `running` while the caller has the lease has lost its process: it becomes
 * `interrupted (crash)`, ended at its last sign of life.
 *
 * @param _lease proof that nobody else runs: without it this would interrupt a batch that is alive
 * @returns the batch, or null where nothing had crashed
 */
export function markCrashed(journal: Journal, _lease: Lease): BatchRow | null {
  const batch = journal.runningBatch();
  if (!batch) return null;
  journal.setHolder(null);
  return journal.interruptBatch(batch.batch_id, InterruptionReason.Crash);
}
