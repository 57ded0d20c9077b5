import { hostname } from 'node:os';
import type { BatchRow } from '../../shared/contract.ts';
import { type ErrorParams, UsageCode, UsageError } from '../../shared/errors.ts';
import { BatchStatus, type BatchTrigger } from '../../shared/status.ts';
import type { RunControl } from '../engineApi.ts';
import { markCrashed } from '../journal/batches.ts';
import type { WritableJournal } from '../journal/journal.ts';
import { isLeaseHeld, type Lease, tryAcquireLease, waitForLease } from '../journal/lease.ts';
import type { Clock } from '../ports.ts';

/**
 * Runs `work` while holding the lease, so that no other process syncs with this user-data folder. A batch that still says
 * `running` although the lease was free has lost its process, and is marked as crashed first.
 *
 * @throws UsageError `lease_held`, with who holds it
 */
export async function withLease<T>(
  folder: string,
  journal: WritableJournal,
  clock: Clock,
  face: BatchTrigger,
  control: RunControl,
  work: (holding: { noteBatch(batchId: string): void }) => Promise<T>,
): Promise<T> {
  const lease = await acquire(folder, journal, clock, control);
  const note = (batchId: string | null): void =>
    journal.setHolder({ pid: process.pid, host: hostname(), face, since, batchId });
  const since = clock.now().toISOString();
  try {
    markCrashed(journal, lease);
    note(null);
    return await work({ noteBatch: note });
  } finally {
    lease.release();
  }
}

/**
 * Before asking for the lease, refuses to resume a batch that was an import, whose file only a new import can ask for, and
 * says who runs one that is running.
 *
 * @throws UsageError `batch_imported`, `batch_running`
 */
export function refuseUnfit(folder: string, journal: WritableJournal, batch: BatchRow): void {
  const { batch_id: id, status, trigger, options } = batch;
  if (options.imported !== undefined && status !== BatchStatus.Completed)
    throw new UsageError(UsageCode.BatchImported, { batch: id, file: options.imported });
  if (status !== BatchStatus.Running || !isLeaseHeld(folder)) return;
  const holder = journal.holder();
  const params = { batch: id, pid: holder?.pid ?? '?', face: holder?.face ?? trigger };
  throw new UsageError(UsageCode.BatchRunning, params);
}

async function acquire(
  folder: string,
  journal: WritableJournal,
  clock: Clock,
  control: RunControl,
): Promise<Lease> {
  const lease = tryAcquireLease(folder);
  if (lease !== null) return lease;
  if (control.wait !== true) throw new UsageError(UsageCode.LeaseHeld, holderParams(journal));
  return waitForLease(folder, clock, control.stop);
}

function holderParams(journal: WritableJournal): ErrorParams {
  const holder = journal.holder();
  if (holder === null) return {};
  const { pid, host, face, since, batchId } = holder;
  // A verify and a single-table run have no batch.
  return { pid, host, face, since, batch: batchId ?? '–' };
}

/** Marks a batch whose process has died as crashed, if no process holds the lease. */
export function findCrash(folder: string, journal: WritableJournal): void {
  if (journal.runningBatch() === null) return;
  const lease = tryAcquireLease(folder);
  if (lease === null) return;
  try {
    markCrashed(journal, lease);
  } finally {
    lease.release();
  }
}
