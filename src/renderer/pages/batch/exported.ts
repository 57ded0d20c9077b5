import type { LogRow, TableRow } from '../../../shared/contract.ts';
import { visibleLines } from '../../../shared/visible.ts';
import type { BatchView } from '../../../window-api/views.ts';

type Value = string | number | null;

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

/** Marks the file as UTF-8 for spreadsheets, which would otherwise misread accented letters. */
const BYTE_ORDER_MARK = '\ufeff';

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

/** Comma-separated values by RFC 4180. */
export function csv(lines: readonly (readonly Value[])[]): string {
  return BYTE_ORDER_MARK + lines.map((line) => `${line.map(field).join(',')}\r\n`).join('');
}

function field(value: Value): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = harmless(visibleLines(value));
  return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Matches where a spreadsheet may see the start of a formula. Spreadsheets in other languages split fields at
 * semicolons or tabs, and then ignore quotes inside a field, so those positions count too. A comma needs no
 * check: where it is the separator, the quotes around our field protect it.
 */
const FORMULA = /(^|[;\t\r\n])([\s"]*)(?=[=+\-@＝＋－＠])/g;

/**
 * Prefixes an apostrophe to anything that a spreadsheet could run as a formula, such as a hostile table name
 * or server message (OWASP, "CSV Injection"). Some spreadsheets accept full-width signs too.
 */
function harmless(text: string): string {
  const safe = text.replace(FORMULA, "$1$2'");
  return /^[\t\r\n]/.test(safe) ? `'${safe}` : safe;
}

/** A file name that is valid on every system. */
export function fileNameOf(batchId: string, what: 'tables' | 'log' | 'batch', type: 'csv' | 'json'): string {
  return `branchline-${batchId.replace(/[^A-Za-z0-9_-]+/g, '_')}-${what}.${type}`;
}
