import { compareNames, compareText } from '../../../shared/naming.ts';
import { Strategy, TableStatus } from '../../../shared/status.ts';
import { VerifyResult } from '../../../shared/verify.ts';
import type { TableState } from '../../../window-api/views.ts';
import { type Proof, proofOf } from './proof.ts';

/** Choices of which tables to show. `left`: those that have run but are no longer selected in the settings. */
export const SHOWN = ['all', 'failed', 'differs', 'never', 'left'] as const;
export type Shown = (typeof SHOWN)[number];

/** Sort orders. `trouble`: what needs a person first; no column has it. */
export const SORTS = ['trouble', 'table', 'status', 'way', 'rows', 'success', 'proof'] as const;
export type Sort = (typeof SORTS)[number];

export interface TableFilter {
  readonly text: string;
  /** A connection's id; null for all. */
  readonly connection: string | null;
  readonly shown: Shown;
  readonly sort: Sort;
  readonly down: boolean;
}

const PLAIN: TableFilter = { text: '', connection: null, shown: 'all', sort: 'trouble', down: false };

/** @param search the query of the page's address; invalid parts are ignored */
export function readTableFilter(search: string): TableFilter {
  const query = new URLSearchParams(search);
  return {
    text: (query.get('text') ?? '').slice(0, 200),
    connection: query.get('connection') || null,
    shown: SHOWN.find((one) => one === query.get('show')) ?? PLAIN.shown,
    sort: SORTS.find((one) => one === query.get('sort')) ?? PLAIN.sort,
    down: query.get('down') === '1',
  };
}

/** The query of the page's address, with its question mark; empty for the defaults. */
export function tableSearch({ text, connection, shown, sort, down }: TableFilter): string {
  const query = new URLSearchParams();
  if (text !== '') query.set('text', text);
  if (connection !== null) query.set('connection', connection);
  if (shown !== PLAIN.shown) query.set('show', shown);
  if (sort !== PLAIN.sort) query.set('sort', sort);
  if (down) query.set('down', '1');
  const search = query.toString();
  return search === '' ? '' : `?${search}`;
}

/** Columns with numbers, which begin with the largest. */
const LARGEST_FIRST: ReadonlySet<Sort> = new Set<Sort>(['rows']);

/** The filter after a click on a column: sorted by it, at the second click reversed, at the third as at first. */
export function sortedBy(filter: TableFilter, sort: Sort): TableFilter {
  const down = LARGEST_FIRST.has(sort);
  if (filter.sort !== sort) return { ...filter, sort, down };
  return filter.down === down
    ? { ...filter, down: !down }
    : { ...filter, sort: PLAIN.sort, down: PLAIN.down };
}

/** Whether the filter hides any tables. */
export function narrows({ text, connection, shown }: TableFilter): boolean {
  return text !== '' || connection !== null || shown !== 'all';
}

/** The filter without restrictions, in the same order. */
export function widened(filter: TableFilter): TableFilter {
  return { ...PLAIN, sort: filter.sort, down: filter.down };
}

export function fits(state: TableState, { text, connection, shown }: TableFilter): boolean {
  if (connection !== null && state.connection !== connection) return false;
  if (!isShown(state, shown)) return false;
  const wanted = text.trim().toLowerCase();
  return wanted === '' || `${state.table}\n${state.model}`.toLowerCase().includes(wanted);
}

/** The open status in the current batch, if any, else the last result. */
export function statusOf({ last, now }: TableState): TableStatus | undefined {
  return now ?? last?.status;
}

function isShown(state: TableState, shown: Shown): boolean {
  if (shown === 'left') return !state.selected;
  if (!state.selected) return false;
  if (shown === 'failed') return state.last?.status === TableStatus.Failed;
  if (shown === 'differs') return state.verified !== null && state.verified.differs_since !== null;
  if (shown === 'never') return state.verified === null;
  return true;
}

/** How many tables each choice would show, with the other parts of the filter as they are. */
export function countShown(
  states: readonly TableState[],
  filter: TableFilter,
): Readonly<Record<Shown, number>> {
  const count = (shown: Shown): number => states.filter((state) => fits(state, { ...filter, shown })).length;
  return {
    all: count('all'),
    failed: count('failed'),
    differs: count('differs'),
    never: count('never'),
    left: count('left'),
  };
}

/** About how many rows the table has at the branch; null if nobody knows. */
export function rowsOf({ last, verified }: TableState): number | null {
  // PostgreSQL estimates 0 rows for a table that was never analysed.
  return last?.estimated_rows || (verified?.source_rows ?? null);
}

/** What needs a person comes first. */
const STATUSES: readonly (TableStatus | undefined)[] = [
  TableStatus.Failed,
  TableStatus.InProgress,
  TableStatus.Pending,
  TableStatus.Skipped,
  undefined,
  TableStatus.Completed,
];

const PROOFS: readonly (Proof | undefined)[] = [
  VerifyResult.Differs,
  VerifyResult.Failed,
  VerifyResult.Behind,
  VerifyResult.NotCompared,
  'copied_since',
  undefined,
  VerifyResult.Repaired,
  VerifyResult.Equal,
];

/** Strategies that read the most come first, then all others. */
const FIRST: readonly Strategy[] = [Strategy.Full, Strategy.Replace, Strategy.Compare, Strategy.Cursor];
const WAYS: readonly (Strategy | undefined)[] = [
  ...new Set([...FIRST, ...Object.values(Strategy)]),
  undefined,
];

type Compare = (a: TableState, b: TableState) => number;

const byName: Compare = (a, b) => compareNames(a.table, b.table) || compareNames(a.connection, b.connection);

/** What needs a person, in this order. */
const TROUBLES: readonly ((state: TableState) => boolean)[] = [
  (state) => statusOf(state) === TableStatus.Failed,
  (state) => proofRank(state) === PROOFS.indexOf(VerifyResult.Differs),
  (state) => state.success === null,
  (state) => state.verified?.result === VerifyResult.Failed,
];

function troubleRank(state: TableState): number {
  const rank = TROUBLES.findIndex((has) => has(state));
  return rank === -1 ? TROUBLES.length : rank;
}

const BY: Readonly<Record<Sort, Compare>> = {
  trouble: (a, b) => troubleRank(a) - troubleRank(b),
  table: byName,
  rows: (a, b) => (rowsOf(a) ?? -1) - (rowsOf(b) ?? -1),
  way: (a, b) => WAYS.indexOf(a.last?.strategy ?? undefined) - WAYS.indexOf(b.last?.strategy ?? undefined),
  // Tables that were never copied count as the oldest.
  success: (a, b) => compareText(upToOf(a) ?? '', upToOf(b) ?? ''),
  status: (a, b) => STATUSES.indexOf(statusOf(a)) - STATUSES.indexOf(statusOf(b)),
  proof: (a, b) => proofRank(a) - proofRank(b),
};

/** Head office has the table's data up to this time; null if it never was copied. */
export function upToOf({ success }: TableState): string | null {
  return success?.snapshotAt ?? success?.endedAt ?? null;
}

/** The tables in the requested order; equal ones by name, also when reversed. */
export function ordered(
  states: readonly TableState[],
  { sort, down }: Pick<TableFilter, 'sort' | 'down'>,
): readonly TableState[] {
  const by = BY[sort];
  const sign = down ? -1 : 1;
  return states.toSorted((a, b) => sign * by(a, b) || byName(a, b));
}

function proofRank({ verified }: TableState): number {
  return PROOFS.indexOf(verified === null ? undefined : proofOf(verified));
}
