import { z } from 'zod';
import type { BatchOptions, BatchRow, LogRow, TableRow } from '../../shared/contract.ts';
import { FailureCode, type FailureDetail, FailureKind } from '../../shared/errors.ts';
import { Strategy } from '../../shared/status.ts';

export { UNKNOWN_TABLES } from '../../shared/contract.ts';

/** Rows as SQLite gives them: JSON columns are still text. */
export type RawBatchRow = Omit<BatchRow, 'options'> & { readonly options: string };
export type RawTableRow = Omit<TableRow, 'error_detail'> & { readonly error_detail: string | null };
export type RawLogRow = Omit<LogRow, 'detail'> & { readonly detail: string };

/** What SQLite has checked is that it is JSON: somebody may have edited the file. What is missing was not asked for. */
const options: z.ZodType<BatchOptions> = z.looseObject({
  connections: z.array(z.string()).catch([]),
  tables: z.array(z.string()).catch([]),
  strategy: z.enum(Strategy).nullable().catch(null),
  allowDeletes: z.boolean().catch(false),
});
const NO_OPTIONS: BatchOptions = { connections: [], tables: [], strategy: null, allowDeletes: false };

const failure = z.looseObject({
  code: z.string(),
  kind: z.enum(FailureKind),
  message: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
});

const logDetail = z.record(z.string(), z.unknown());

export function batchRow(raw: RawBatchRow): BatchRow {
  return { ...raw, options: options.safeParse(JSON.parse(raw.options)).data ?? NO_OPTIONS };
}

export function tableRow(raw: RawTableRow): TableRow {
  const { error_detail: detail, error_code: code, error_message } = raw;
  if (detail === null) return { ...raw, error_detail: null };
  const found = failure.safeParse(JSON.parse(detail));
  if (found.success) return { ...raw, error_detail: found.data as FailureDetail };
  // Permanent: nobody knows whether another try would help.
  const known = Object.values(FailureCode).find((one) => one === code) ?? FailureCode.Internal;
  const message = error_message ?? '';
  return { ...raw, error_detail: { code: known, kind: FailureKind.Permanent, message, params: {} } };
}

export function logRow(raw: RawLogRow): LogRow {
  return { ...raw, detail: (logDetail.safeParse(JSON.parse(raw.detail)).data ?? {}) as LogRow['detail'] };
}
