import { type TableRow, tableKey } from '../../../shared/contract.ts';
import { assertNever, TableStatus } from '../../../shared/status.ts';
import type { RunningTable, RunView } from '../../../window-api/views.ts';

/** Choices of which tables of a batch to show. */
export const SHOWN = ['all', 'failed', 'running', 'waiting', 'done'] as const;
export type Shown = (typeof SHOWN)[number];

export interface TableFilter {
  readonly show: Shown;
  /** Part of a table's or model's name, or of its connection's name or id; empty for all. */
  readonly text: string;
}

export const ALL_TABLES: TableFilter = { show: 'all', text: '' };

/** @param labelOf a connection's display name */
export function filtered(
  rows: readonly TableRow[],
  { show, text }: TableFilter,
  labelOf: (connection: string) => string,
): readonly TableRow[] {
  const wanted = text.trim().toLowerCase();
  return rows.filter((row) => kindOf(row, show) && (wanted === '' || matches(row, wanted, labelOf)));
}

/** Whether a row has a reason to show: it failed, or is retried after a failure. */
export function hasFailure({ error_code, status }: TableRow): boolean {
  return error_code !== null || status === TableStatus.Failed;
}

/** Rows read at the branch, whether head office had them already or not. */
export function checkedOf({ records_processed, records_skipped }: TableRow): number {
  return records_processed + records_skipped;
}

/** Whether the table was checked, and nothing of it had to be written or deleted at head office. */
export function isUnchanged({ status, records_processed, records_deleted }: TableRow): boolean {
  return status === TableStatus.Completed && records_processed === 0 && records_deleted === 0;
}

/** Fewer unchanged tables than this stay where they are. */
const WORTH_FOLDING = 3;

/** Takes unchanged tables out of a list, to be shown as one entry below it. */
export function foldUnchanged(rows: readonly TableRow[]): {
  readonly shown: readonly TableRow[];
  readonly unchanged: readonly TableRow[];
} {
  const unchanged = rows.filter(isUnchanged);
  if (unchanged.length < WORTH_FOLDING) return { shown: rows, unchanged: [] };
  return { shown: rows.filter((row) => !isUnchanged(row)), unchanged };
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

/** Sort orders for the tables of a batch. `status`: what needs a person first. */
export type SortKey = 'status' | 'table' | 'rows' | 'checked' | 'deleted' | 'bytes' | 'sent' | 'duration';

export interface Sort {
  readonly by: SortKey;
  readonly descending: boolean;
}

export const FIRST_SORT: Sort = { by: 'status', descending: false };

/** Failed, then running, then pending, then done. */
const RANK: Readonly<Record<TableStatus, number>> = {
  [TableStatus.Failed]: 0,
  [TableStatus.InProgress]: 1,
  [TableStatus.Pending]: 2,
  [TableStatus.Completed]: 3,
  [TableStatus.Skipped]: 4,
};

/** The rows in this order; equal ones stay in planned order. */
export function sorted(rows: readonly TableRow[], { by, descending }: Sort): readonly TableRow[] {
  const compare = COMPARE[by];
  return [...rows].sort(descending ? (a, b) => compare(b, a) : compare);
}

/** The order after a click on a column heading. Numbers start with the largest. */
export function nextSort(now: Sort, by: SortKey): Sort {
  if (now.by === by) return { by, descending: !now.descending };
  return { by, descending: by !== 'table' && by !== 'status' };
}

type Compare = (a: TableRow, b: TableRow) => number;

const COMPARE: Readonly<Record<SortKey, Compare>> = {
  status: (a, b) => RANK[a.status] - RANK[b.status],
  table: (a, b) => compareText(a.table_name, b.table_name) || compareText(a.connection, b.connection),
  rows: (a, b) => a.records_processed - b.records_processed,
  checked: (a, b) => checkedOf(a) - checkedOf(b),
  deleted: (a, b) => a.records_deleted - b.records_deleted,
  bytes: (a, b) => a.bytes - b.bytes,
  sent: (a, b) => (a.sent_bytes ?? -1) - (b.sent_bytes ?? -1),
  // Tables that have not run sort before all others.
  duration: (a, b) => (a.duration_seconds ?? -1) - (b.duration_seconds ?? -1),
};

/** Shared, because creating a collator for each of 2,000 × 11 comparisons is noticeably slow. */
const collator = new Intl.Collator(undefined, { numeric: true });

function compareText(a: string, b: string): number {
  return collator.compare(a, b);
}

/** The tables of a batch that are being copied now, by their key. */
export function runningOf(run: RunView | null, batchId: string): ReadonlyMap<string, RunningTable> {
  const tables = run?.batchId === batchId ? run.tables : [];
  return new Map(tables.map((one) => [tableKey(one.connection, one.table), one]));
}

/**
 * A row with live counts: the journal's row is from the table's start, live counts come with each chunk. A
 * row that has ended is final.
 */
export function withLive(row: TableRow, live: RunningTable | undefined): TableRow {
  if (live === undefined || row.ended_at !== null) return row;
  return {
    ...row,
    status: TableStatus.InProgress,
    records_processed: live.processed,
    records_skipped: live.skipped,
    records_deleted: live.deleted,
    bytes: live.bytes,
    estimated_rows: live.estimatedRows ?? row.estimated_rows,
  };
}
