import { expect, it } from 'vitest';
import { withRuns } from '../../../src/renderer/data/liveTables.ts';
import { tableRow, tableState } from '../tables/states.ts';

const failed = tableState({ status: 'failed' });
const other = tableState({ table: 'm_product' });

it('a table that a batch has done with is told at once, and the others stay as they were', () => {
  const run = tableRow({
    batch_id: 'sync_2',
    ended_at: '2026-11-23T01:00:05.000Z',
    source_snapshot_at: '2026-11-23T01:00:00.000Z',
  });
  const [state, untouched] = withRuns([{ ...failed, now: 'in_progress' }, other], [run]);
  expect(state).toMatchObject({
    last: run,
    now: null,
    success: {
      batchId: 'sync_2',
      endedAt: '2026-11-23T01:00:05.000Z',
      snapshotAt: '2026-11-23T01:00:00.000Z',
    },
  });
  expect(untouched).toBe(other);
});

it('what begins takes nothing from what was known', () => {
  const run = tableRow({ batch_id: 'sync_2', status: 'in_progress', strategy: null, ended_at: null });
  expect(withRuns([failed], [run])).toEqual([{ ...failed, now: 'in_progress' }]);
});

it('what fails keeps its last success', () => {
  const run = tableRow({ batch_id: 'sync_2', status: 'failed' });
  expect(withRuns([tableState({})], [run])[0]).toMatchObject({
    last: run,
    success: { batchId: 'sync_1' },
  });
});

it('the table of the same name in another branch is another one', () => {
  expect(withRuns([failed], [tableRow({ connection: 'sby' })])[0]).toBe(failed);
});
