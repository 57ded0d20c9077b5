import { describe, expect, it } from 'vitest';
import { runPoints, summarize } from '../../../src/renderer/pages/tables/runPoints.ts';
import { tableRow } from './states.ts';

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
