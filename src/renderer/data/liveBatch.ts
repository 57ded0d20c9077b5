import type { BatchSummary } from '../../shared/contract.ts';
import type { RunView } from '../../window-api/views.ts';

/** A batch with how far it has come by now, where it is the one that runs. */
export function withLive(batch: BatchSummary, run: RunView | null): BatchSummary {
  if (run === null || run.batchId !== batch.batch_id) return batch;
  return {
    ...batch,
    total_tables: run.totalTables,
    completed_tables: run.doneTables,
    failed_tables: run.failedTables,
    records_processed: run.rows,
    bytes: run.bytes,
  };
}
