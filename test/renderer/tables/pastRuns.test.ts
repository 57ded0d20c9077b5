import { describe, expect, it } from 'vitest';
import {
  chooserOf,
  reasonIn,
  runPoints,
  summarize,
  wayOf,
} from '../../../src/renderer/pages/tables/pastRuns.ts';
import type { LogRow } from '../../../src/shared/contract.ts';
import { tableRow, tableState } from './states.ts';

function logged(id: number, over: Partial<LogRow>): LogRow {
  return {
    id,
    at: '2026-11-22T01:00:00.000Z',
    batch_id: 'sync_1',
    connection: 'lmp',
    table_name: 'c_order',
    event: 'strategy_chosen',
    detail: {},
    ...over,
  };
}

describe('how a table is copied', () => {
  it('is how it was last, whatever the settings leave open', () => {
    expect(wayOf(tableState({ strategy: 'compare' }))).toBe('compare');
    expect(chooserOf(tableState({}))).toBe('engine');
  });

  it('is what the settings say where it was never copied', () => {
    const state = tableState({ last: null, chosenStrategy: 'full' });
    expect(wayOf(state)).toBe('full');
    expect(chooserOf(state)).toBe('settings');
  });

  it('is open where neither says', () => {
    expect(wayOf(tableState({ last: null }))).toBeNull();
  });
});

describe('why it was copied so', () => {
  const run = tableRow({});

  it('is what the log says of this table, the last time it was begun', () => {
    const events = [
      logged(1, { detail: { strategy: 'full', reason: 'first_load' } }),
      logged(2, { detail: { strategy: 'full', reason: 'goes_on' } }),
      logged(3, { table_name: 'other', detail: { reason: 'no_key' } }),
      logged(4, { connection: 'sby', detail: { reason: 'asked' } }),
      logged(5, { event: 'table_retrying', detail: { reason: 'too_old' } }),
    ];
    expect(reasonIn(events, run)).toBe('goes_on');
  });

  it('is not known where the log is gone, or has a word that has no words', () => {
    expect(reasonIn([], run)).toBeNull();
    expect(reasonIn([logged(1, { detail: { reason: 'of_tomorrow' } })], run)).toBeNull();
  });
});

const runs = [
  tableRow({ batch_id: 'sync_5', status: 'in_progress', duration_seconds: 3 }),
  tableRow({ batch_id: 'sync_4', duration_seconds: 60, records_processed: 9000 }),
  tableRow({ batch_id: 'sync_3', status: 'failed', duration_seconds: 1, records_processed: 0 }),
  tableRow({ batch_id: 'sync_2', status: 'skipped', duration_seconds: null }),
  tableRow({ batch_id: 'sync_1', duration_seconds: 5, records_processed: 10 }),
];

describe('the runs of a table in a chart', () => {
  it('go from left to right in time, those that have ended', () => {
    expect(runPoints(runs).map(({ key, seconds, rows, failed }) => [key, seconds, rows, failed])).toEqual([
      ['sync_1', 5, 10, false],
      ['sync_3', 1, 0, true],
      ['sync_4', 60, 9000, false],
    ]);
  });

  it('are told in one sentence, too', () => {
    expect(summarize(runPoints(runs))).toEqual({
      runs: 3,
      failed: 1,
      usualSeconds: 5,
      longestSeconds: 60,
      mostRows: 9000,
    });
  });

  it('may be none', () => {
    expect(summarize(runPoints([]))).toBeNull();
  });
});
