import type { BatchRow, TableRow } from '../../shared/contract.ts';
import { UsageCode, UsageError } from '../../shared/errors.ts';
import type { WritableJournal } from './journal.ts';

/** @throws UsageError `batch_unknown`, with the most similar id */
export function findBatch(
  journal: WritableJournal,
  batchId: string,
): { readonly batch: BatchRow; readonly tables: readonly TableRow[] } {
  const batch = journal.batch(batchId);
  if (batch !== null) return { batch, tables: journal.tables(batchId) };
  const like = journal.nearestBatchId(batchId);
  throw new UsageError(UsageCode.BatchUnknown, {
    batch: batchId,
    ...(like === null ? {} : { nearest: like }),
  });
}
