import type { TableRow } from '../../../shared/contract.ts';
import { TableStatus } from '../../../shared/status.ts';

/** By what the tables of a batch can be sorted. `status`: what needs a person first. */
export type SortKey = 'status' | 'table' | 'rows' | 'skipped' | 'deleted' | 'bytes' | 'duration';

export interface Sort {
  readonly by: SortKey;
  readonly descending: boolean;
}

export const FIRST_SORT: Sort = { by: 'status', descending: false };

/** Failed, then running, then what is to come, then what is done. */
const RANK: Readonly<Record<TableStatus, number>> = {
  [TableStatus.Failed]: 0,
  [TableStatus.InProgress]: 1,
  [TableStatus.Pending]: 2,
  [TableStatus.Completed]: 3,
  [TableStatus.Skipped]: 4,
};

/** The rows in another order; equal ones stay in the order of the batch's plan. */
export function sorted(rows: readonly TableRow[], { by, descending }: Sort): readonly TableRow[] {
  const compare = COMPARE[by];
  return [...rows].sort(descending ? (a, b) => compare(b, a) : compare);
}

/** What a click on a column's head makes of the order: numbers begin with the largest. */
export function nextSort(now: Sort, by: SortKey): Sort {
  if (now.by === by) return { by, descending: !now.descending };
  return { by, descending: by !== 'table' && by !== 'status' };
}

type Compare = (a: TableRow, b: TableRow) => number;

const COMPARE: Readonly<Record<SortKey, Compare>> = {
  status: (a, b) => RANK[a.status] - RANK[b.status],
  table: (a, b) => compareText(a.table_name, b.table_name) || compareText(a.connection, b.connection),
  rows: (a, b) => a.records_processed - b.records_processed,
  skipped: (a, b) => a.records_skipped - b.records_skipped,
  deleted: (a, b) => a.records_deleted - b.records_deleted,
  bytes: (a, b) => a.bytes - b.bytes,
  // What has not run is shorter than whatever has.
  duration: (a, b) => (a.duration_seconds ?? -1) - (b.duration_seconds ?? -1),
};

/** One collator for all: making one for each of 2,000 × 11 comparisons would be seen. */
const collator = new Intl.Collator(undefined, { numeric: true });

function compareText(a: string, b: string): number {
  return collator.compare(a, b);
}
