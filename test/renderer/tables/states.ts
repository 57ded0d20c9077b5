import { NOT_BEGUN, type TableRow } from '../../../src/shared/contract.ts';
import type { Strategy, TableStatus } from '../../../src/shared/status.ts';
import type { VerifiedRow } from '../../../src/shared/verify.ts';
import type { TableState } from '../../../src/window-api/views.ts';

/** A run of a table as the journal has it. */
export function tableRow(over: Partial<TableRow>): TableRow {
  return {
    batch_id: 'sync_1',
    connection: 'lmp',
    table_name: 'c_order',
    model_name: 'Order',
    ...NOT_BEGUN,
    strategy: 'changes',
    status: 'completed',
    records_processed: 10,
    bytes: 1000,
    estimated_rows: 100,
    started_at: '2026-11-22T01:00:00.000Z',
    ended_at: '2026-11-22T01:00:05.000Z',
    duration_seconds: 5,
    ...over,
  };
}

/** A table that was copied and never verified. */
export function tableState({
  status = 'completed',
  strategy = 'changes',
  table = 'c_order',
  ...over
}: Partial<TableState> & { readonly status?: TableStatus; readonly strategy?: Strategy }): TableState {
  return {
    connection: 'lmp',
    label: 'Lampung',
    table,
    model: 'Order',
    selected: true,
    chosenStrategy: 'auto',
    last: tableRow({ table_name: table, status, strategy }),
    now: null,
    success: { batchId: 'sync_1', endedAt: '2026-11-22T01:00:05.000Z', snapshotAt: null },
    verified: null,
    ...over,
  };
}

/** A verify that found nothing to say. */
export function verified(over: Partial<VerifiedRow>): VerifiedRow {
  return {
    connection: 'lmp',
    table_name: 'c_order',
    model_name: 'Order',
    all_tables: false,
    result: 'equal',
    checked_at: '2026-11-22T02:00:00.000Z',
    source_snapshot_at: null,
    source_rows: null,
    central_rows: null,
    buckets: 1,
    differing_ranges: 0,
    differing: [],
    missing_rows: null,
    extra_rows: null,
    different_rows: null,
    newer_rows: null,
    shared_with: [],
    collisions: null,
    examples: [],
    left_out: [],
    repaired_rows: 0,
    repaired_deletes: 0,
    repaired_bytes: 0,
    reason: null,
    failure: null,
    duration_seconds: 1,
    proved_at: null,
    differs_since: over.result === 'differs' ? '2026-11-22T02:00:00.000Z' : null,
    ...over,
  };
}
