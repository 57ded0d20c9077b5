import { type BatchRow, type LogRow, NOT_BEGUN, type TableRow } from '../../../src/shared/contract.ts';
import type { FailureCode } from '../../../src/shared/errors.ts';
import type { Attention } from '../../../src/shared/service.ts';
import { NOTHING_COUNTED } from '../../../src/shared/traffic.ts';
import type { LiveView } from '../../../src/window-api/views.ts';

export const BATCH: BatchRow = {
  batch_id: 'sync_20261123_083000_aB3dEf9h',
  status: 'failed',
  trigger: 'schedule',
  total_tables: 3,
  completed_tables: 2,
  failed_tables: 1,
  skipped_tables: 0,
  options: { connections: ['pgsql_lmp'], tables: [], strategy: null, allowDeletes: false },
  interruption_reason: null,
  resume_count: 0,
  started_at: '2026-11-23T01:30:00.000Z',
  ended_at: '2026-11-23T01:41:00.000Z',
  duration_seconds: 660,
  ...NOTHING_COUNTED,
};

/** A table of {@link BATCH}, completed where nothing else is said. */
export function tableRow(table: string, of: Partial<TableRow> = {}): TableRow {
  return {
    batch_id: BATCH.batch_id,
    connection: 'pgsql_lmp',
    table_name: table,
    model_name: table,
    ...NOT_BEGUN,
    strategy: 'changes',
    status: 'completed',
    records_processed: 10,
    records_skipped: 5,
    bytes: 1000,
    estimated_rows: 15,
    source_snapshot_at: '2026-11-23T01:30:00.000Z',
    started_at: '2026-11-23T01:30:00.000Z',
    ended_at: '2026-11-23T01:30:10.000Z',
    duration_seconds: 10,
    ...of,
  };
}

/** A table that failed. */
export function failedRow(
  table: string,
  code: FailureCode,
  params: Readonly<Record<string, string | number>> = {},
  of: Partial<TableRow> = {},
): TableRow {
  const message = `what the server said about ${table}`;
  return tableRow(table, {
    status: 'failed',
    error_code: code,
    error_message: message,
    error_detail: { code, kind: 'permanent', message, params },
    ...of,
  });
}

let lines = 0;

export function logRow(event: string, detail: LogRow['detail'] = {}, table: string | null = null): LogRow {
  lines += 1;
  const connection = table === null ? null : 'pgsql_lmp';
  return {
    id: lines,
    at: '2026-11-23T01:30:00.000Z',
    batch_id: BATCH.batch_id,
    connection,
    table_name: table,
    event,
    detail,
  };
}

/** Nothing runs, nothing is wrong. */
export const AT_REST: LiveView = {
  status: {
    activity: { kind: 'idle' },
    pause: null,
    next: null,
    attention: [],
    differing: [],
    leftBehind: [],
    formerConnections: [],
    compareDue: [],
    neverCopied: [],
    hooks: [],
    connections: 1,
    refusal: null,
  },
  upTo: null,
  upToOthers: null,
  run: null,
  link: null,
  verifying: null,
  exporting: null,
};

/** A batch that needs somebody, or with `retrying` mends itself. */
export function attentionOf(of: Partial<Attention>): Attention {
  const { failed = [], retrying = [] } = of;
  const openTables = failed.length + retrying.length;
  return {
    batch: BATCH,
    failed,
    asking: [],
    retrying,
    openTables,
    resumesAlone: openTables > 0 && failed.length === 0,
    ...of,
  };
}

/** Tables of one connection. */
export function tablesOf(connection: string, ...tables: readonly string[]) {
  return tables.map((table) => ({ connection, table }));
}
