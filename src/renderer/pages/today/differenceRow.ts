import type { TableRow } from '../../../shared/contract.ts';
import type { Difference } from '../../../shared/service.ts';
import { TableStatus } from '../../../shared/status.ts';

/** A table that differs, in the form in which failed tables are listed and grouped by what keeps them from repair. */
export function differenceRow({ connection, table, failure }: Difference): TableRow {
  return {
    batch_id: '',
    connection,
    table_name: table,
    model_name: table,
    strategy: null,
    status: failure === null ? TableStatus.Completed : TableStatus.Failed,
    records_processed: 0,
    records_skipped: 0,
    records_deleted: 0,
    bytes: 0,
    estimated_rows: null,
    checkpoint: null,
    source_snapshot_at: null,
    error_code: failure?.code ?? null,
    error_message: failure?.message ?? null,
    error_detail: failure,
    retry_count: 0,
    started_at: null,
    ended_at: null,
    duration_seconds: null,
  };
}
