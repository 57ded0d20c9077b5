import { expect, test } from 'vitest';
import { etaSeconds, habitsOf } from '../../src/app/live/eta.ts';
import type { Part } from '../../src/app/live/runFold.ts';
import type { PastRun } from '../../src/core/journal/tablesPast.ts';

test('tables that are left take what they took before, two at a time', () => {
  const habits = habitsOf([...past('a', 60), ...past('b', 30), ...past('c', 30), ...past('d', 40)]);
  const parts = ['a', 'b', 'c', 'd'].map((table) => part(table));
  // 60 + 30 and 40 + 30.
  expect(etaSeconds(parts, habits, 2, null, 0)).toBe(90);
  expect(etaSeconds(parts, habits, 1, null, 0)).toBe(160);
  expect(etaSeconds([{ ...part('a'), state: 'ended' }, part('b')], habits, 2, null, 0)).toBe(30);
});

test('connections run side by side', () => {
  const habits = habitsOf([...past('a', 60), ...past('a', 50, { connection: 'other' })]);
  expect(etaSeconds([part('a'), part('a', { connection: 'other' })], habits, 1, null, 0)).toBe(60);
});

test('a table that has grown takes longer by as much', () => {
  const habits = habitsOf(past('a', 10, { estimated_rows: 1000 }));
  expect(etaSeconds([part('a', { estimatedRows: 3000 })], habits, 1, null, 0)).toBe(30);
});

test('what has passed is taken off, and after the usual time its own speed counts', () => {
  const habits = habitsOf(past('a', 100));
  const running = part('a', { state: 'running', beganAt: 0, running: { ...RUNNING, etaSeconds: 7 } });
  expect(etaSeconds([running], habits, 2, 10, 40_000)).toBe(60);
  expect(etaSeconds([running], habits, 2, 10, 140_000)).toBe(7);
});

test('a table without a past takes its rows at the speed of this moment; with neither nothing is said', () => {
  const waiting = part('new', { estimatedRows: 5000 });
  const running = part('a', { state: 'running', beganAt: 0, running: { ...RUNNING, etaSeconds: 1 } });
  expect(etaSeconds([running, waiting], new Map(), 1, 100, 0)).toBe(51);
  expect(etaSeconds([waiting], new Map(), 1, null, 0)).toBeNull();
  expect(etaSeconds([{ ...waiting, state: 'failed' }], new Map(), 1, null, 0)).toBe(0);
});

test('fewer than three runs say nothing, and one odd run says little', () => {
  expect(habitsOf(past('a', 10).slice(1)).size).toBe(0);
  const odd = [...past('a', 10), ...past('a', 10).slice(1), { ...run('a'), seconds: 5000 }];
  expect(habitsOf(odd).get('pgsql_lmp/a')?.seconds).toBe(10);
});

const RUNNING = {
  connection: 'pgsql_lmp',
  table: 'a',
  processed: 0,
  skipped: 0,
  deleted: 0,
  bytes: 0,
  estimatedRows: null,
  rowsPerSecond: null,
  bytesPerSecond: null,
  etaSeconds: null,
};

function run(table: string, facts: Partial<PastRun> = {}): PastRun {
  return { connection: 'pgsql_lmp', table_name: table, seconds: 10, rows: 5, estimated_rows: null, ...facts };
}

function past(table: string, seconds: number, facts: Partial<PastRun> = {}): readonly PastRun[] {
  return [1, 2, 3].map(() => run(table, { seconds, ...facts }));
}

function part(table: string, facts: Partial<Part> = {}): Part {
  return {
    connection: 'pgsql_lmp',
    table,
    estimatedRows: null,
    rows: 0,
    bytes: 0,
    state: 'waiting',
    running: null,
    beganAt: null,
    ...facts,
  };
}
