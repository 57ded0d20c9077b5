import type { TableRow } from '../../../shared/contract.ts';
import { assertNever, TableStatus } from '../../../shared/status.ts';

/** Which tables of a batch are shown. */
export const SHOWN = ['all', 'failed', 'running', 'waiting', 'done'] as const;
export type Shown = (typeof SHOWN)[number];

export interface TableFilter {
  readonly show: Shown;
  /** Part of a table's or model's name, or of its connection's name or id; empty is all. */
  readonly text: string;
}

export const ALL_TABLES: TableFilter = { show: 'all', text: '' };

/** @param labelOf the name that people know a connection by */
export function filtered(
  rows: readonly TableRow[],
  { show, text }: TableFilter,
  labelOf: (connection: string) => string,
): readonly TableRow[] {
  const wanted = text.trim().toLowerCase();
  return rows.filter((row) => kindOf(row, show) && (wanted === '' || matches(row, wanted, labelOf)));
}

/** Whether there is a reason to be read: what failed, and what is tried again after it failed. */
export function hasFailure({ error_code, status }: TableRow): boolean {
  return error_code !== null || status === TableStatus.Failed;
}

/** How many rows each choice would show. */
export function countShown(rows: readonly TableRow[]): Readonly<Record<Shown, number>> {
  const count = (show: Shown): number => rows.filter((row) => kindOf(row, show)).length;
  return {
    all: rows.length,
    failed: count('failed'),
    running: count('running'),
    waiting: count('waiting'),
    done: count('done'),
  };
}

function kindOf({ status }: TableRow, show: Shown): boolean {
  switch (show) {
    case 'all':
      return true;
    case 'failed':
      return status === TableStatus.Failed;
    case 'running':
      return status === TableStatus.InProgress;
    case 'waiting':
      return status === TableStatus.Pending;
    case 'done':
      return status === TableStatus.Completed || status === TableStatus.Skipped;
    default:
      return assertNever(show);
  }
}

function matches(
  { table_name, model_name, connection }: TableRow,
  wanted: string,
  labelOf: (connection: string) => string,
): boolean {
  const names = [table_name, model_name, connection, labelOf(connection)];
  return names.some((name) => name.toLowerCase().includes(wanted));
}
