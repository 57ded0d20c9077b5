import type { TableRow } from '../../../shared/contract.ts';
import { TableStatus } from '../../../shared/status.ts';
import { type RunningTable, type RunView, tableKey } from '../../../shared/window/views.ts';

/** The tables of a batch that are being copied at this moment, by their key. */
export function runningOf(run: RunView | null, batchId: string): ReadonlyMap<string, RunningTable> {
  const tables = run?.batchId === batchId ? run.tables : [];
  return new Map(tables.map((one) => [tableKey(one.connection, one.table), one]));
}

/**
 * A row as it stands at this moment: the journal's row is from the table's beginning, the counts of now come with
 * each chunk. A row that has ended is never newer than its end.
 */
export function withLive(row: TableRow, live: RunningTable | undefined): TableRow {
  if (live === undefined || row.ended_at !== null) return row;
  return {
    ...row,
    status: TableStatus.InProgress,
    records_processed: live.processed,
    records_skipped: live.skipped,
    records_deleted: live.deleted,
    bytes: live.bytes,
    estimated_rows: live.estimatedRows ?? row.estimated_rows,
  };
}
