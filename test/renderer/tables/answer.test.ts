import { describe, expect, it } from 'vitest';
import { answerOf, cureOf } from '../../../src/renderer/pages/tables/answer.ts';
import { createFormat } from '../../../src/renderer/words/format.ts';
import type { TableState } from '../../../src/window-api/views.ts';
import { tableRow, tableState, verified } from './states.ts';

// In Jakarta, where days begin at 17:00 UTC.
const { dayOf } = createFormat('en', 'Asia/Jakarta');
const NOW = new Date('2026-11-24T05:00:00.000Z');
const upTo = (at: string | null): TableState =>
  tableState({
    success: at === null ? null : { batchId: 'sync_1', endedAt: at, snapshotAt: at },
    last: tableRow({ source_snapshot_at: at }),
  });
const run = (at: string, rows: number, over: Parameters<typeof tableRow>[0] = {}) =>
  tableRow({
    source_snapshot_at: at,
    started_at: at,
    ended_at: at.replace(':00.000Z', ':30.000Z'),
    records_processed: rows,
    ...over,
  });

describe('yesterday’s rows', () => {
  it('have arrived once a run has looked at the branch today: its time, and what the runs since have written', () => {
    const runs = [
      run('2026-11-24T04:00:00.000Z', 7),
      run('2026-11-23T22:00:00.000Z', 40),
      run('2026-11-23T10:00:00.000Z', 200),
      run('2026-11-22T22:00:00.000Z', 47),
      run('2026-11-22T10:00:00.000Z', 999),
    ];
    expect(answerOf(upTo('2026-11-24T04:00:00.000Z'), runs, NOW, dayOf)).toEqual({
      kind: 'arrived',
      rows: 287,
      at: '2026-11-23T22:00:30.000Z',
    });
  });

  it('have arrived with what a failed run had written before it failed', () => {
    const runs = [
      run('2026-11-23T22:00:00.000Z', 40),
      run('2026-11-23T10:00:00.000Z', 5, { status: 'failed' }),
    ];
    expect(answerOf(upTo('2026-11-23T22:00:00.000Z'), runs, NOW, dayOf)).toMatchObject({ rows: 45 });
  });

  it('have arrived although the run that brought them is not on record any more', () => {
    expect(answerOf(upTo('2026-11-24T01:00:00.000Z'), [], NOW, dayOf)).toEqual({
      kind: 'arrived',
      rows: null,
      at: '2026-11-24T01:00:00.000Z',
    });
  });

  it('have arrived in part where the last run was yesterday', () => {
    // 23:30 in Jakarta, and 00:30 there.
    const before = upTo('2026-11-23T16:30:00.000Z');
    expect(answerOf(before, [], NOW, dayOf)).toEqual({ kind: 'partly', upTo: '2026-11-23T16:30:00.000Z' });
    expect(answerOf(upTo('2026-11-23T17:30:00.000Z'), [], NOW, dayOf).kind).toBe('arrived');
  });

  it('are missing where the last run is older, or never was', () => {
    const old = '2026-11-21T10:00:00.000Z';
    expect(answerOf(upTo(old), [], NOW, dayOf)).toEqual({ kind: 'missing', upTo: old });
    expect(answerOf(upTo(null), [], NOW, dayOf)).toEqual({ kind: 'never' });
  });

  it('count from the begin of a run whose look at the branch is not on record', () => {
    const success = { batchId: 'sync_1', endedAt: '2026-11-23T17:10:00.000Z', snapshotAt: null };
    const last = tableRow({ started_at: '2026-11-23T16:50:00.000Z', ended_at: success.endedAt });
    expect(answerOf({ ...upTo(null), success, last }, [], NOW, dayOf).kind).toBe('partly');
  });
});

describe('the cure', () => {
  const fresh = upTo('2026-11-24T04:00:00.000Z');
  const arrived = answerOf(fresh, [], NOW, dayOf);
  const cure = (state: Partial<TableState>, answer = arrived) => cureOf({ ...fresh, ...state }, answer);

  it('is nothing where all is well, where the table is at work, and where it is not copied any more', () => {
    expect(cure({ verified: verified({ result: 'equal' }) })).toBeNull();
    expect(cure({ now: 'in_progress' })).toBeNull();
    expect(cure({ selected: false, verified: verified({ result: 'differs' }) })).toBeNull();
  });

  it('is to copy what has not arrived, or is behind', () => {
    expect(cure({}, { kind: 'never' })).toBe('run');
    expect(cure({}, { kind: 'partly', upTo: '' })).toBe('run');
    expect(cure({ verified: verified({ result: 'behind' }) })).toBe('run');
  });

  it('is to verify what was never proved the same', () => {
    expect(cure({ verified: null })).toBe('verify');
    expect(cure({ verified: verified({ result: 'differs', differs_since: null }) })).toBe('verify');
  });

  it('is to repair what differs, if a repair can', () => {
    const collides = { result: 'differs', shared_with: ['pgsql_bdg'], missing_rows: 0 } as const;
    expect(cure({ verified: verified({ result: 'differs' }) })).toBe('repair');
    expect(cure({ verified: verified(collides) })).toBeNull();
    const late = { kind: 'partly', upTo: '' } as const;
    expect(cure({ verified: verified({ result: 'differs' }) }, late)).toBe('repair');
    expect(cure({ verified: verified(collides) }, late)).toBe('run');
  });

  it('is to copy what failed again, unless a person has to consent first', () => {
    const failed = (code: string) => tableRow({ status: 'failed', error_code: code });
    expect(cure({ last: failed('central_unreachable') }, { kind: 'partly', upTo: '' })).toBe('run');
    expect(cure({ last: failed('too_many_deletes') }, { kind: 'partly', upTo: '' })).toBe('consent');
  });
});
