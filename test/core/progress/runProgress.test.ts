import { expect, test } from 'vitest';
import type { PastRun } from '../../../src/core/journal/tablesPast.ts';
import type { Part } from '../../../src/core/progress/runFold.ts';
import { paceOf, timeLeft, usualRunsOf } from '../../../src/core/progress/runProgress.ts';

test('remaining tables take their usual time, two at a time', () => {
  const usualRuns = [...past('a', 60), ...past('b', 30), ...past('c', 30), ...past('d', 40)];
  const parts = ['a', 'b', 'c', 'd'].map((table) => part(table));
  // 60 + 30 and 40 + 30.
  expect(etaSeconds(parts, usualRuns, 2, null, 0)).toBe(90);
  expect(etaSeconds(parts, usualRuns, 1, null, 0)).toBe(160);
  expect(etaSeconds([{ ...part('a'), state: 'ended' }, part('b')], usualRuns, 2, null, 0)).toBe(30);
});

test('connections run in parallel', () => {
  const usualRuns = [...past('a', 60), ...past('a', 50, { connection: 'other' })];
  expect(etaSeconds([part('a'), part('a', { connection: 'other' })], usualRuns, 1, null, 0)).toBe(60);
});

test('a table that has grown takes proportionally longer', () => {
  const usualRuns = past('a', 10, { estimated_rows: 1000 });
  expect(etaSeconds([part('a', { estimatedRows: 3000 })], usualRuns, 1, null, 0)).toBe(30);
});

test('elapsed time is subtracted, and after the usual time the table’s own speed counts', () => {
  const usualRuns = past('a', 100);
  const running = part('a', { state: 'running', beganAt: 0, running: { ...RUNNING, etaSeconds: 7 } });
  expect(etaSeconds([running], usualRuns, 2, 10, 40_000)).toBe(60);
  expect(etaSeconds([running], usualRuns, 2, 10, 140_000)).toBe(7);
});

test('a table without past runs is estimated from the current speed; without either there is no estimate', () => {
  const waiting = part('new', { estimatedRows: 5000 });
  const running = part('a', { state: 'running', beganAt: 0, running: { ...RUNNING, etaSeconds: 1 } });
  expect(etaSeconds([running, waiting], [], 1, 100, 0)).toBe(51);
  expect(etaSeconds([waiting], [], 1, null, 0)).toBeNull();
  expect(etaSeconds([{ ...waiting, state: 'failed' }], [], 1, null, 0)).toBe(0);
});

test('fewer than three runs give no estimate, and one odd run has little weight', () => {
  expect(usualRunsOf(past('a', 10).slice(1)).size).toBe(0);
  const odd = [...past('a', 10), ...past('a', 10).slice(1), { ...run('a'), seconds: 5000 }];
  expect(usualRunsOf(odd).get('pgsql_lmp/a')?.seconds).toBe(10);
});

test('while one table cannot be told, the whole cannot either: it would be less than what that table takes', () => {
  const slow = part('slow', { state: 'running', beganAt: 0, estimatedRows: null, running: RUNNING });
  const waiting = [part('a'), part('b')];
  const left = timeLeft([slow, ...waiting], paceOf([...past('a', 2), ...past('b', 2)], 2), null, 60_000);
  expect(left.total).toBeNull();
  expect(left.tables.get('pgsql_lmp/slow')).toBeNull();
});

test('a table that runs on beyond its usual time, or its estimated rows, is not said to end at once', () => {
  const running = part('a', { state: 'running', beganAt: 0, estimatedRows: 50, rows: 50, running: RUNNING });
  expect(etaSeconds([running], past('a', 10), 1, 5, 60_000)).toBeNull();
  expect(etaSeconds([running], [], 1, 5, 60_000)).toBeNull();
});

test('a table shows the time that the whole is made of', () => {
  const running = part('a', { state: 'running', beganAt: 0, running: { ...RUNNING, etaSeconds: 7 } });
  const left = timeLeft([running], paceOf(past('a', 100), 1), 10, 40_000);
  expect(left).toEqual({ total: 60, tables: new Map([['pgsql_lmp/a', 60]]) });
});

test('before its first chunk, a new table is estimated by the speed of past runs', () => {
  const fresh = part('new', { estimatedRows: 5000 });
  expect(etaSeconds([fresh], past('old', 10, { rows: 1000 }), 1, null, 0)).toBe(50);
});

/** Seconds until the run ends. */
function etaSeconds(
  parts: readonly Part[],
  runs: readonly PastRun[],
  workers: number,
  speed: number | null,
  now: number,
): number | null {
  return timeLeft(parts, paceOf(runs, workers), speed, now).total;
}

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
  elapsedSeconds: null,
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
    written: 0,
    bytes: 0,
    state: 'waiting',
    running: null,
    beganAt: null,
    ...facts,
  };
}
