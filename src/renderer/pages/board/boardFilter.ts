import { BRANCH_STATES, type BranchState, type FleetBranch, type FleetDay } from '../../../shared/fleet.ts';
import { compareNames, compareText } from '../../../shared/naming.ts';

export const ORDERS = ['trouble', 'name', 'upTo', 'data'] as const;
export type Order = (typeof ORDERS)[number];

/** The states, the worst first; equally serious ones as a person would handle them. */
export const STATES: readonly BranchState[] = [
  'failed',
  'late',
  'unknown',
  'differs',
  'interrupted',
  'attention',
  'running',
  'ok',
];

export interface BoardFilter {
  readonly text: string;
  /** Null for all. */
  readonly state: BranchState | null;
  readonly order: Order;
}

/** @param search the query of the page's address; invalid parts are ignored */
export function readBoardFilter(search: string): BoardFilter {
  const query = new URLSearchParams(search);
  return {
    text: (query.get('text') ?? '').slice(0, 200),
    state: STATES.find((one) => one === query.get('state')) ?? null,
    order: ORDERS.find((one) => one === query.get('order')) ?? 'trouble',
  };
}

/** The query of the page's address, with its question mark; empty for the defaults. */
export function boardSearch({ text, state, order }: BoardFilter): string {
  const query = new URLSearchParams();
  if (text !== '') query.set('text', text);
  if (state !== null) query.set('state', state);
  if (order !== 'trouble') query.set('order', order);
  const search = query.toString();
  return search === '' ? '' : `?${search}`;
}

/** The address of a branch's page, or of one of its batches. The ids may contain any character. */
export function branchAddress(connection: string, batchId?: string): string {
  const branch = `/branch/${encodeURIComponent(connection)}`;
  return batchId === undefined ? branch : `${branch}/${encodeURIComponent(batchId)}`;
}

export function fits({ label, connection, host, state }: FleetBranch, filter: BoardFilter): boolean {
  if (filter.state !== null && state !== filter.state) return false;
  const wanted = filter.text.trim().toLowerCase();
  return wanted === '' || `${label}\n${connection}\n${host ?? ''}`.toLowerCase().includes(wanted);
}

/** How many branches are in each state that occurs, the worst first. */
export function countStates(
  branches: readonly FleetBranch[],
): readonly { readonly state: BranchState; readonly count: number }[] {
  const of = Map.groupBy(branches, ({ state }) => state);
  return STATES.flatMap((state) => {
    const count = of.get(state)?.length ?? 0;
    return count === 0 ? [] : [{ state, count }];
  });
}

type Compare = (a: FleetBranch, b: FleetBranch) => number;

const byName: Compare = (a, b) => compareNames(a.label, b.label) || compareNames(a.connection, b.connection);

/** Later than every real time, so that those without one come last. */
const NEVER = '9999';

/** Those that are in the same state since longer come first. */
const byTrouble: Compare = (a, b) =>
  BRANCH_STATES[b.state] - BRANCH_STATES[a.state] ||
  STATES.indexOf(a.state) - STATES.indexOf(b.state) ||
  (a.severity === 0 ? 0 : compareText(a.since ?? NEVER, b.since ?? NEVER)) ||
  byName(a, b);

/** @param bytesOf what a branch has sent in the days shown */
export function ordered(
  branches: readonly FleetBranch[],
  order: Order,
  bytesOf: (connection: string) => number,
): readonly FleetBranch[] {
  const by: Readonly<Record<Order, Compare>> = {
    trouble: byTrouble,
    name: byName,
    // One that was never complete has the oldest data.
    upTo: (a, b) => compareText(a.up_to ?? '', b.up_to ?? '') || byName(a, b),
    data: (a, b) => bytesOf(b.connection) - bytesOf(a.connection) || byName(a, b),
  };
  return branches.toSorted(by[order]);
}

/** What a branch has done in the last days: bytes by day, oldest first, and averages over all of them. */
export interface Recent {
  readonly bytes: readonly number[];
  readonly rowsPerDay: number;
  readonly bytesPerDay: number;
}

/**
 * @param count how many of the days, up to today
 * @param total how many days there are
 */
export function recentOf(days: readonly FleetDay[] | undefined, count: number, total: number): Recent | null {
  const first = total - count;
  const shown = (days ?? []).filter(([day]) => day >= first);
  if (shown.length === 0) return null;
  const bytes = Array.from({ length: count }, () => 0);
  // A branch can write any number: a negative one has no height.
  for (const [day, , , , , size] of shown) bytes[day - first] = Math.max(0, size);
  const sum = (of: readonly number[]): number => of.reduce((all, one) => all + Math.max(0, one), 0);
  return {
    bytes,
    rowsPerDay: Math.round(sum(shown.map((one) => one[4])) / count),
    bytesPerDay: Math.round(sum(bytes) / count),
  };
}

/** Whether a text that a branch has written is one of these values; another version may know more. */
export function isOneOf<V extends string>(values: Readonly<Record<string, V>>, text: string): text is V {
  return Object.values<string>(values).includes(text);
}
