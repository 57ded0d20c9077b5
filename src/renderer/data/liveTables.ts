import { type TableRow, tableKey } from '../../shared/contract.ts';
import { type OpenTableStatus, TableStatus } from '../../shared/status.ts';
import type { TableState } from '../../window-api/views.ts';

/** The tables with what their runs have come to by now, so that none waits for the end of its batch to be told. */
export function withRuns(states: readonly TableState[], rows: readonly TableRow[]): readonly TableState[] {
  const newer = new Map(rows.map((row) => [tableKey(row.connection, row.table_name), row]));
  return states.map((state) => {
    const row = newer.get(tableKey(state.connection, state.table));
    return row === undefined ? state : withRun(state, row);
  });
}

function withRun(state: TableState, row: TableRow): TableState {
  const { status, ended_at: endedAt } = row;
  if (isOpen(status)) return { ...state, now: status };
  const ended = { ...state, last: row, now: null };
  if (status !== TableStatus.Completed || endedAt === null) return ended;
  return { ...ended, success: { batchId: row.batch_id, endedAt, snapshotAt: row.source_snapshot_at } };
}

function isOpen(status: TableStatus): status is OpenTableStatus {
  return status === TableStatus.Pending || status === TableStatus.InProgress;
}
