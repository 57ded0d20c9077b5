import { expect, test } from 'vitest';
import type { PastRun } from '../../../src/core/journal/tablesPast.ts';
import type { Part } from '../../../src/core/progress/runFold.ts';
import { etaSeconds, usualRunsOf } from '../../../src/core/progress/runProgress.ts';

test('remaining tables take their usual time, two at a time', () => {
  const usualRuns = usualRunsOf([...past('a', 60), ...past('b', 30), ...past('c', 30), ...past('d', 40)]);
  const parts = ['a', 'b', 'c', 'd'].map((table) => part(table));
  // 60 + 30 and 40 + 30.
  expect(etaSeconds(parts, usualRuns, 2, null, 0)).toBe(90);
  expect(etaSeconds(parts, usualRuns, 1, null, 0)).toBe(160);
  expect(etaSeconds([{ ...part('a'), state: 'ended' }, part('b')], usualRuns, 2, null, 0)).toBe(30);
});

test('connections run in parallel', () => {
  const usualRuns = usualRunsOf([...past('a', 60), ...past('a', 50, { connection: 'other' })]);
  expect(etaSeconds([part('a'), part('a', { connection: 'other' })], usualRuns, 1, null, 0)).toBe(60);
});

test('a table that has grown takes proportionally longer', () => {
  const usualRuns = usualRunsOf(past('a', 10, { estimated_rows: 1000 }));
  expect(etaSeconds([part('a', { estimatedRows: 3000 })], usualRuns, 1, null, 0)).toBe(30);
});

test('elapsed time is subtracted, and after the usual time the table’s own speed counts', () => {
  const usualRuns = usualRunsOf(past('a', 100));
  const running = part('a', { state: 'running', beganAt: 0, running: { ...RUNNING, etaSeconds: 7 } });
  expect(etaSeconds([running], usualRuns, 2, 10, 40_000)).toBe(60);
  expect(etaSeconds([running], usualRuns, 2, 10, 140_000)).toBe(7);
});

test('a table without past runs is estimated from the current speed; without either there is no estimate', () => {
  const waiting = part('new', { estimatedRows: 5000 });
  const running = part('a', { state: 'running', beganAt: 0, running: { ...RUNNING, etaSeconds: 1 } });
  expect(etaSeconds([running, waiting], new Map(), 1, 100, 0)).toBe(51);
  expect(etaSeconds([waiting], new Map(), 1, null, 0)).toBeNull();
  expect(etaSeconds([{ ...waiting, state: 'failed' }], new Map(), 1, null, 0)).toBe(0);
});

test('fewer than three runs give no estimate, and one odd run has little weight', () => {
  expect(usualRunsOf(past('a', 10).slice(1)).size).toBe(0);
  const odd = [...past('a', 10), ...past('a', 10).slice(1), { ...run('a'), seconds: 5000 }];
  expect(usualRunsOf(odd).get('pgsql_lmp/a')?.seconds).toBe(10);
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
    written: 0,
    bytes: 0,
    state: 'waiting',
    running: null,
    beganAt: null,
    ...facts,
  };
}
