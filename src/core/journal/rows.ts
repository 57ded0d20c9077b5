import type { BatchRow, LogRow, TableRow } from '../../shared/contract.ts';

/**
 * The table name of the row that stands for all tables of a connection, where its source could not be
 * read when the batch began and nothing is known of its tables.
 */
export const UNKNOWN_TABLES = '*';

/** Rows as SQLite gives them: JSON columns are still text. */
export type RawBatchRow = Omit<BatchRow, 'options'> & { readonly options: string };
export type RawTableRow = Omit<TableRow, 'error_detail'> & { readonly error_detail: string | null };
export type RawLogRow = Omit<LogRow, 'detail'> & { readonly detail: string };

export function batchRow(raw: RawBatchRow): BatchRow {
  return { ...raw, options: JSON.parse(raw.options) as BatchRow['options'] };
}

export function tableRow(raw: RawTableRow): TableRow {
  const detail = raw.error_detail;
  return { ...raw, error_detail: detail === null ? null : (JSON.parse(detail) as TableRow['error_detail']) };
}

export function logRow(raw: RawLogRow): LogRow {
  return { ...raw, detail: JSON.parse(raw.detail) as LogRow['detail'] };
}
