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
  'estimated_rows',
  'source_snapshot_at',
  'error_code',
  'error_message',
  'retry_count',
  'started_at',
  'ended_at',
  'duration_seconds',
] as const satisfies readonly (keyof TableRow)[];

/** Tells spreadsheets that the text is UTF-8; without it a name with an accent is shown as two odd letters. */
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

/** Everything, as `branchline sync-status --json` has it, with the event log. */
export function batchJson({ batch, tables, events }: BatchView): string {
  return `${JSON.stringify({ batch, tables, events }, null, 2)}\n`;
}

/** Comma-separated values as in RFC 4180. */
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
 * Where a field begins: also behind a semicolon or a tab, which are the separators of spreadsheets in other languages.
 * To those, quotes that stand inside of what they take for a field keep nothing together. A comma in a field is no
 * separator to anybody: where it is one, the quotes around the field count.
 */
const FORMULA = /(^|[;\t\r\n])([\s"]*)(?=[=+\-@＝＋－＠])/g;

/**
 * A spreadsheet takes what begins like this for a formula, which may fetch or run something: a table or a server's
 * message could be named so. The apostrophe makes it text (OWASP, "CSV Injection"). Some take full-width signs too.
 */
function harmless(text: string): string {
  const safe = text.replace(FORMULA, "$1$2'");
  return /^[\t\r\n]/.test(safe) ? `'${safe}` : safe;
}

/** A file's name that every system takes. */
export function fileNameOf(batchId: string, what: 'tables' | 'log' | 'batch', type: 'csv' | 'json'): string {
  return `branchline-${batchId.replace(/[^A-Za-z0-9_-]+/g, '_')}-${what}.${type}`;
}
