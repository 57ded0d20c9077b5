import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { expect, test } from 'vitest';
import { takeFleet, withChange } from '../../src/renderer/data/fleet.ts';
import {
  boardSearch,
  branchAddress,
  countStates,
  fits,
  ordered,
  readBoardFilter,
  recentOf,
} from '../../src/renderer/pages/board/boardFilter.ts';
import { lookOf } from '../../src/renderer/pages/board/calendarDay.ts';
import { branchesCsv } from '../../src/renderer/pages/board/exported.ts';
import { BRANCH_STATES, type BranchState, type FleetBranch } from '../../src/shared/fleet.ts';
import type { FleetChange, FleetView } from '../../src/window-api/views.ts';

function branch(connection: string, state: BranchState = 'ok', more: Partial<FleetBranch> = {}): FleetBranch {
  return {
    connection,
    label: connection,
    state,
    severity: BRANCH_STATES[state],
    reason_code: 'up_to_date',
    reason: '',
    since: null,
    late: false,
    at_work: false,
    up_to: null,
    last_seen: null,
    next_run: null,
    host: null,
    version: null,
    clock_skew_seconds: null,
    tables: null,
    failed_tables: null,
    differing_tables: null,
    failed_names: null,
    last_batch: null,
    last_status: null,
    last_reason: null,
    last_batch_at: null,
    batch_error: null,
    ...more,
  };
}

const ids = (branches: readonly FleetBranch[]): readonly string[] => branches.map((one) => one.connection);
const nothing = () => 0;

test('the worst branches come first, the longest in trouble before the others', () => {
  const all = [
    branch('fine_b'),
    branch('fine_a', 'ok', { since: '2026-01-01' }),
    branch('differs', 'differs'),
    branch('failed_new', 'failed', { since: '2026-11-30' }),
    branch('unknown', 'unknown'),
    branch('failed_old', 'failed', { since: '2026-11-01' }),
    branch('late', 'late'),
    branch('running', 'running'),
  ];
  expect(ids(ordered(all, 'trouble', nothing))).toEqual([
    'unknown',
    'failed_old',
    'failed_new',
    'late',
    'differs',
    'running',
    'fine_a',
    'fine_b',
  ]);
  expect(countStates(all)).toEqual([
    { state: 'failed', count: 2 },
    { state: 'late', count: 1 },
    { state: 'unknown', count: 1 },
    { state: 'differs', count: 1 },
    { state: 'running', count: 1 },
    { state: 'ok', count: 2 },
  ]);
});

test('other orders: by name, by age of the data, by its amount', () => {
  const all = [branch('c', 'ok', { up_to: '2026-11-02' }), branch('a'), branch('b', 'ok', { up_to: '2026' })];
  expect(ids(ordered(all, 'name', nothing))).toEqual(['a', 'b', 'c']);
  expect(ids(ordered(all, 'upTo', nothing))).toEqual(['a', 'b', 'c']);
  expect(ids(ordered(all, 'data', (id) => (id === 'b' ? 9 : 1)))).toEqual(['b', 'a', 'c']);
});

test('the filter is kept in the address, whatever is written there', () => {
  const filter = { text: 'a&b', state: 'late', order: 'data' } as const;
  expect(readBoardFilter(boardSearch(filter))).toEqual(filter);
  expect(boardSearch(readBoardFilter('?state=nonsense&order=x'))).toBe('');
  const found = branch('pgsql_lmp', 'late', { label: 'Bandar Lampung', host: 'POS-7' });
  for (const text of ['lampung', 'PGSQL', 'pos-7', ' ']) expect(fits(found, { ...filter, text })).toBe(true);
  expect(fits(found, { ...filter, text: 'palembang' })).toBe(false);
  expect(fits(found, { ...filter, text: '', state: 'ok' })).toBe(false);
  expect(branchAddress('a/b?#', '../x')).toBe('/branch/a%2Fb%3F%23/..%2Fx');
});

test('a branch’s last days are counted up to today, and no number of a branch breaks them', () => {
  expect(recentOf(undefined, 3, 31)).toBeNull();
  expect(recentOf([[2, 1, 0, 0, 10, 10]], 3, 31)).toBeNull();
  const days = [
    [28, 1, 0, 0, 30, 600],
    [30, 2, 1, 0, -5, -900],
  ] as const;
  expect(recentOf(days, 3, 31)).toEqual({ bytes: [600, 0, 0], rowsPerDay: 10, bytesPerDay: 200 });
  expect(lookOf(undefined)).toBe('none');
  expect(lookOf([1, 2, 1, 1, 0, 0])).toBe('failed');
  expect(lookOf([1, 2, 0, 1, 0, 0])).toBe('interrupted');
  expect(lookOf([1, 2, 0, 0, 0, 0])).toBe('completed');
});

test('a spreadsheet runs nothing that a branch has written', () => {
  const hostile = branch('x', 'failed', {
    label: '=HYPERLINK("http://evil")',
    host: '+1',
    reason: '@SUM(A1)',
  });
  const [head, line] = branchesCsv([hostile], () => null).split('\r\n');
  expect(head).toContain('connection,label,state');
  expect(line).toContain(`"'=HYPERLINK(""http://evil"")"`);
  expect(line).toContain("'+1");
  expect(line).toContain("'@SUM(A1)");
});

const change = (more: Partial<FleetChange>): FleetChange => ({
  changed: [],
  gone: [],
  days: {},
  asOf: 'now',
  problem: null,
  ...more,
});

test('a change leaves the other branches as they are', () => {
  const view: FleetView = { branches: [branch('a'), branch('b'), branch('c')], asOf: '', problem: null };
  const late = branch('b', 'late');
  const next = withChange(view, change({ changed: [late, branch('d')], gone: ['c'] }));
  expect(ids(next.branches)).toEqual(['a', 'b', 'd']);
  expect(next.branches[0]).toBe(view.branches[0]);
  expect(next.branches[1]).toBe(late);
  expect(withChange(view, change({})).branches).toBe(view.branches);
});

test('a refused answer is asked for again when something has changed', async () => {
  const queries = new QueryClient();
  let asked = 0;
  const queryFn = () => {
    asked++;
    return Promise.reject(new Error('refused'));
  };
  const stop = new QueryObserver(queries, { queryKey: ['fleet'], queryFn, retry: false }).subscribe(() => {});
  await expect.poll(() => queries.getQueryState(['fleet'])?.status).toBe('error');
  takeFleet(change({}), queries);
  await expect.poll(() => asked).toBe(2);
  stop();
});
