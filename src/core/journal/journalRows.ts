import { z } from 'zod';
import type { BatchOptions, BatchRow, LogRow, TableRow } from '../../shared/contract.ts';
import { FailureCode, type FailureDetail, FailureKind } from '../../shared/errors.ts';
import { Strategy } from '../../shared/status.ts';

/** Rows as SQLite gives them: JSON columns are still text. */
export type RawBatchRow = Omit<BatchRow, 'options'> & { readonly options: string };
export type RawTableRow = Omit<TableRow, 'error_detail' | 'all_tables'> & {
  readonly error_detail: string | null;
  readonly all_tables: number;
};
export type RawLogRow = Omit<LogRow, 'detail'> & { readonly detail: string };

/** SQLite only checks that the text is JSON, and somebody may have edited the file. Missing options count as not set. */
const options: z.ZodType<BatchOptions> = z.looseObject({
  connections: z.array(z.string()).catch([]),
  tables: z.array(z.string()).catch([]),
  strategy: z.enum(Strategy).nullable().catch(null),
  allowDeletes: z.boolean().catch(false),
  imported: z.string().optional().catch(undefined),
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
  const row = { ...raw, all_tables: raw.all_tables !== 0 };
  if (detail === null) return { ...row, error_detail: null };
  const found = failure.safeParse(JSON.parse(detail));
  if (found.success) return { ...row, error_detail: found.data as FailureDetail };
  // Unreadable, so it is unknown whether a retry helps: permanent.
  const known = Object.values(FailureCode).find((one) => one === code) ?? FailureCode.Internal;
  const message = error_message ?? '';
  return { ...row, error_detail: { code: known, kind: FailureKind.Permanent, message, params: {} } };
}

export function logRow(raw: RawLogRow): LogRow {
  return { ...raw, detail: (logDetail.safeParse(JSON.parse(raw.detail)).data ?? {}) as LogRow['detail'] };
}
