import { expect, it } from 'vitest';
import { slotsFor } from '../../../src/renderer/pages/today/slots.ts';
import type { RunningTable } from '../../../src/window-api/views.ts';

const table = (name: string, processed = 0): RunningTable => ({
  connection: 'pgsql_lmp',
  table: name,
  processed,
  skipped: 0,
  deleted: 0,
  bytes: 0,
  estimatedRows: null,
  rowsPerSecond: null,
  bytesPerSecond: null,
  etaSeconds: null,
  elapsedSeconds: null,
});
const names = (slots: ReturnType<typeof slotsFor>) => slots.map((slot) => slot?.table ?? null);

it('a table keeps its place when another ends, and its counts are those of now', () => {
  const before = slotsFor([], [table('a'), table('b')]);
  const after = slotsFor(before, [table('b', 7)]);
  expect(names(after)).toEqual([null, 'b']);
  expect(after[1]?.processed).toBe(7);
});

it('the next table takes the free place', () => {
  const before = slotsFor([], [table('a'), table('b')]);
  expect(names(slotsFor(before, [table('b'), table('c')]))).toEqual(['c', 'b']);
  expect(names(slotsFor(slotsFor(before, [table('b')]), [table('c'), table('b')]))).toEqual(['c', 'b']);
});

it('places are added, never taken away', () => {
  expect(names(slotsFor(slotsFor([], [table('a')]), [table('a'), table('b')]))).toEqual(['a', 'b']);
  expect(names(slotsFor(slotsFor([], [table('a'), table('b')]), []))).toEqual([null, null]);
});
