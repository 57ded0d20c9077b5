import type { BatchRow, LogRow, TableRow } from '../../shared/contract.ts';

export { UNKNOWN_TABLES } from '../../shared/contract.ts';

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
