import type { Journal } from '../core/journal/journal.ts';
import { isLeaseHeld } from '../core/journal/lease.ts';
import { openJournal } from '../core/journal/openJournal.ts';
import { findCrash } from '../core/leaseGuard.ts';
import type { Ports } from '../core/ports.ts';
import type { LeaseHolder } from '../shared/contract.ts';
import { UsageCode, UsageError } from '../shared/errors.ts';
import type { BatchView } from '../shared/ipc.ts';

/**
 * Reads the journal as it is now. It is opened for each look, because other processes make it, write to it
 * and, where it is damaged, put another in its place while the window is open.
 *
 * @throws UsageError `data_folder_unusable`, `journal_newer`; SyncFailure `journal_failed`
 */
export function readJournal<T>(folder: string, ports: Ports, read: (journal: Journal) => T): T {
  const { journal } = openJournal(folder, ports, { readonly: true });
  try {
    // Nobody may be left to say that a batch was cut off; the window must not show it as running.
    if (journal.runningBatch() !== null && !isLeaseHeld(folder)) markCrash(folder, ports);
    return read(journal);
  } finally {
    journal.close();
  }
}

function markCrash(folder: string, ports: Ports): void {
  const { journal } = openJournal(folder, ports);
  try {
    findCrash(folder, journal);
  } finally {
    journal.close();
  }
}

/** @throws UsageError `batch_unknown`, with the nearest id */
export function viewBatch(journal: Journal, batchId: string): BatchView {
  const batch = journal.batch(batchId);
  if (batch !== null) return { batch, tables: journal.tables(batchId) };
  const nearest = journal.nearestBatchId(batchId);
  throw new UsageError(UsageCode.BatchUnknown, {
    batch: batchId,
    ...(nearest === null ? {} : { nearest }),
  });
}

/** Who runs now, for display. */
export function findHolder(folder: string, journal: Journal): LeaseHolder | null {
  const noted = journal.holder();
  return noted !== null && isLeaseHeld(folder) ? noted : null;
}
