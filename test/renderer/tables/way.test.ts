import { describe, expect, it } from 'vitest';
import { chooserOf, reasonIn, wayOf } from '../../../src/renderer/pages/tables/way.ts';
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
