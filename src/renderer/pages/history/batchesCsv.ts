import type { BatchSummary } from '../../../shared/contract.ts';
import { csv } from '../../parts/csv.ts';

const COLUMNS = [
  'batch_id',
  'status',
  'trigger',
  'started_at',
  'ended_at',
  'duration_seconds',
  'total_tables',
  'completed_tables',
  'failed_tables',
  'skipped_tables',
  'records_processed',
  'records_deleted',
  'bytes',
  'interruption_reason',
] as const satisfies readonly (keyof BatchSummary)[];

/** Batches with the journal's column names, for a spreadsheet. */
export function batchesCsv(batches: readonly BatchSummary[]): string {
  return csv([COLUMNS, ...batches.map((batch) => COLUMNS.map((name) => batch[name]))]);
}
