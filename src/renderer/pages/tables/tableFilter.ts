import { compareNames, compareText } from '../../../shared/naming.ts';
import { Strategy, TableStatus } from '../../../shared/status.ts';
import { isProved, VerifyResult } from '../../../shared/verify.ts';
import type { TableState } from '../../../window-api/views.ts';
import { type Proof, proofOf } from './proof.ts';

/** Choices of which tables to show. `left`: those that have run but are no longer selected in the settings. */
export const SHOWN = ['all', 'failed', 'differs', 'unproved', 'left'] as const;
export type Shown = (typeof SHOWN)[number];

/** Sort orders. */
export const SORTS = ['table', 'way', 'success', 'status', 'proof'] as const;
export type Sort = (typeof SORTS)[number];

export interface TableFilter {
  readonly text: string;
  /** A connection's id; null for all. */
  readonly connection: string | null;
  readonly shown: Shown;
  readonly sort: Sort;
  readonly down: boolean;
}

const PLAIN: TableFilter = { text: '', connection: null, shown: 'all', sort: 'table', down: false };

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

/** The filter after a click on a column: sorted by it, or reversed if it already is. */
export function sortedBy(filter: TableFilter, sort: Sort): TableFilter {
  return { ...filter, sort, down: filter.sort === sort && !filter.down };
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
  if (shown === 'unproved') return state.verified === null || !isProved(state.verified);
  return true;
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

const BY: Readonly<Record<Sort, Compare>> = {
  table: byName,
  way: (a, b) => WAYS.indexOf(a.last?.strategy ?? undefined) - WAYS.indexOf(b.last?.strategy ?? undefined),
  // Tables that were never copied count as the oldest.
  success: (a, b) => compareText(a.success?.endedAt ?? '', b.success?.endedAt ?? ''),
  status: (a, b) => STATUSES.indexOf(statusOf(a)) - STATUSES.indexOf(statusOf(b)),
  proof: (a, b) => proofRank(a) - proofRank(b),
};

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
