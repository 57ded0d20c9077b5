import type { LogRow, TableRow } from '../../../shared/contract.ts';
import type { BatchView } from '../../../window-api/views.ts';
import { csv, type Value } from '../../parts/csv.ts';

const TABLE_COLUMNS = [
  'batch_id',
  'connection',
  'table_name',
  'model_name',
  'strategy',
  'status',
  'records_processed',
  'records_skipped',
  'records_deleted',
  'bytes',
  'sent_bytes',
  'received_bytes',
  'sent_plain_bytes',
  'received_plain_bytes',
  'estimated_rows',
  'source_snapshot_at',
  'error_code',
  'error_message',
  'retry_count',
  'started_at',
  'ended_at',
  'duration_seconds',
] as const satisfies readonly (keyof TableRow)[];

/** The tables of a batch, with the journal's column names, for a spreadsheet. */
export function tablesCsv(rows: readonly TableRow[]): string {
  return csv([TABLE_COLUMNS, ...rows.map((row) => TABLE_COLUMNS.map((name) => row[name]))]);
}

/**
 * The event log of a batch, for a spreadsheet.
 *
 * @param say a line in words
 */
export function logCsv(events: readonly LogRow[], say: (row: LogRow) => string): string {
  const head = ['at', 'event', 'connection', 'table_name', 'text', 'detail'];
  const lines = events.map((row): readonly Value[] => [
    row.at,
    row.event,
    row.connection,
    row.table_name,
    say(row),
    JSON.stringify(row.detail),
  ]);
  return csv([head, ...lines]);
}

/** Everything, like `branchline sync-status --json`, plus the event log. */
export function batchJson({ batch, tables, events }: BatchView): string {
  return `${JSON.stringify({ batch, tables, events }, null, 2)}\n`;
}

/** A file name that is valid on every system. */
export function fileNameOf(batchId: string, what: 'tables' | 'log' | 'batch', type: 'csv' | 'json'): string {
  return `branchline-${batchId.replace(/[^A-Za-z0-9_-]+/g, '_')}-${what}.${type}`;
}
