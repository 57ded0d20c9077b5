import pc from 'picocolors';
import type { Look } from '../../src/cli/render/marks.ts';
import { type BatchRow, NOT_BEGUN, type TableOutcome, type TableRow } from '../../src/shared/contract.ts';
import type { Language } from '../../src/shared/texts/language.ts';
import { createTranslator } from '../../src/shared/texts/translate.ts';
import { NOTHING_COUNTED } from '../../src/shared/traffic.ts';

export const BATCH_ID = 'sync_20251108_143052_aB3dEf9h';

/** Plain text of any width, unless told otherwise. */
export function lookOf(
  options: { language?: Language; width?: number; unicode?: boolean; color?: boolean } = {},
): Look {
  return {
    t: createTranslator(options.language ?? 'en'),
    colors: pc.createColors(options.color ?? false),
    unicode: options.unicode ?? true,
    width: options.width ?? Number.POSITIVE_INFINITY,
  };
}

export function batchRow(over: Partial<BatchRow> = {}): BatchRow {
  return {
    batch_id: BATCH_ID,
    status: 'completed',
    trigger: 'cli',
    total_tables: 2,
    completed_tables: 2,
    failed_tables: 0,
    skipped_tables: 0,
    options: { connections: [], tables: [], strategy: null, allowDeletes: false },
    interruption_reason: null,
    resume_count: 0,
    started_at: '2025-11-08T07:30:52.000Z',
    ended_at: '2025-11-08T07:33:57.000Z',
    duration_seconds: 185,
    ...NOTHING_COUNTED,
    ...over,
  };
}

export function tableRow(over: Partial<TableRow> = {}): TableRow {
  return {
    batch_id: BATCH_ID,
    connection: 'pgsql_lmp',
    table_name: 'c_invoice',
    model_name: 'CInvoice',
    ...NOT_BEGUN,
    strategy: 'full',
    status: 'completed',
    records_processed: 1_234_567,
    bytes: 45_600_000,
    estimated_rows: 1_234_567,
    started_at: '2025-11-08T07:30:53.000Z',
    ended_at: '2025-11-08T07:33:57.000Z',
    duration_seconds: 184,
    ...over,
  };
}

/** A table of a branch that is switched off. */
export const UNREACHABLE = tableRow({
  table_name: 'c_payment',
  model_name: 'CPayment',
  status: 'failed',
  records_processed: 0,
  bytes: 0,
  error_code: 'source_unreachable',
  error_message: 'connect ECONNREFUSED 127.0.0.1:5432',
  error_detail: {
    code: 'source_unreachable',
    kind: 'unreachable',
    message: 'connect ECONNREFUSED 127.0.0.1:5432',
    params: { host: '127.0.0.1', port: 5432 },
  },
});

export function outcome(over: Partial<TableOutcome> = {}): TableOutcome {
  return {
    connection: 'pgsql_lmp',
    table: 'c_invoice',
    model: 'CInvoice',
    status: 'completed',
    strategy: 'full',
    processed: 1000,
    skipped: 5,
    deleted: 0,
    bytes: 100_000,
    durationSeconds: 2,
    failure: null,
    ...over,
  };
}
