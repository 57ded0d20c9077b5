import { QueryClient } from '@tanstack/react-query';
import { expect, it, test } from 'vitest';
import { keyOf } from '../../../src/renderer/data/calls.ts';
import { LiveStore, takeEvent, withLive, withRuns } from '../../../src/renderer/data/live.ts';
import type { BatchSummary } from '../../../src/shared/contract.ts';
import { NOTHING_COUNTED } from '../../../src/shared/traffic.ts';
import type { RunView } from '../../../src/window-api/views.ts';
import type { QueryName, WindowEvent } from '../../../src/window-api/windowApi.ts';
import { tableRow, tableState } from '../tables/states.ts';

/** Answers of each kind, as after all pages have been looked at. */
const KEPT = {
  setup: keyOf('setup'),
  holder: keyOf('holder'),
  history: keyOf('history', { status: 'failed' }, 0, 100),
  days: keyOf('days', 30),
  period: keyOf('period', '2026-11-01', '2026-11-30'),
  batch: keyOf('batch', 'sync_1'),
  tables: keyOf('tables'),
  branches: keyOf('branches'),
  tableRuns: keyOf('tableRuns', 'lmp', 'c_invoice', 20),
  recentRuns: keyOf('recentRuns', [{ connection: 'lmp', table: 'c_invoice' }], 30),
  settings: keyOf('settings'),
  schedules: keyOf('schedules'),
  scheduleWeek: keyOf('scheduleWeek'),
  previewPlan: keyOf('previewPlan', {
    crons: ['30 8 * * *'],
    timezone: 'Asia/Jakarta',
    id: 'daily',
    jitterSeconds: 300,
  }),
  sizes: keyOf('sizes'),
  bundle: keyOf('bundle'),
} satisfies Partial<Record<QueryName, readonly unknown[]>>;

test.each<[WindowEvent, readonly (keyof typeof KEPT)[]]>([
  [
    { type: 'history' },
    [
      'holder',
      'history',
      'days',
      'period',
      'batch',
      'tables',
      'branches',
      'tableRuns',
      'recentRuns',
      'schedules',
      'scheduleWeek',
      'sizes',
    ],
  ],
  [{ type: 'settings' }, ['setup', 'tables', 'branches', 'settings', 'schedules', 'scheduleWeek']],
  [{ type: 'tables', batchId: 'sync_2', rows: [] }, []],
  [{ type: 'show', page: '/history' }, []],
])('after %o the answers %j are old, and no others', (event, old) => {
  const queries = keeping([]);
  takeEvent(event, queries, new LiveStore(), () => {});
  expect(namesOf(queries)).toEqual(old);
});

test('a table that has ended is told to the list of tables, unless that is to be read again anyway', () => {
  const row = tableRow({ status: 'failed', batch_id: 'sync_2' });
  const event: WindowEvent = { type: 'tables', batchId: 'sync_2', rows: [row] };
  const queries = keeping([tableState({})]);
  takeEvent(event, queries, new LiveStore(), () => {});
  expect(queries.getQueryData(KEPT.tables)).toMatchObject([{ last: { batch_id: 'sync_2' } }]);

  const old = keeping([tableState({})]);
  takeEvent({ type: 'settings' }, old, new LiveStore(), () => {});
  takeEvent(event, old, new LiveStore(), () => {});
  expect(namesOf(old)).toContain('tables');
});

function keeping(data: unknown): QueryClient {
  const queries = new QueryClient();
  for (const key of Object.values(KEPT)) queries.setQueryData(key, data);
  return queries;
}

/** Which answers are to be read again, in the order of {@link KEPT}. */
function namesOf(queries: QueryClient): readonly string[] {
  return Object.entries(KEPT)
    .filter(([, key]) => queries.getQueryState(key)?.isInvalidated)
    .map(([name]) => name);
}

const batch: BatchSummary = {
  batch_id: 'sync_1',
  status: 'running',
  trigger: 'schedule',
  total_tables: 0,
  completed_tables: 0,
  failed_tables: 0,
  skipped_tables: 0,
  options: { connections: [], tables: [], strategy: null, allowDeletes: false },
  interruption_reason: null,
  resume_count: 0,
  started_at: '2026-11-22T01:00:00.000Z',
  ended_at: null,
  duration_seconds: null,
  ...NOTHING_COUNTED,
  records_processed: 0,
  records_skipped: 0,
  records_deleted: 0,
  bytes: 0,
};
const run: RunView = {
  batchId: 'sync_1',
  doneTables: 40,
  failedTables: 1,
  totalTables: 120,
  fraction: 0.3,
  checked: 5000,
  written: 30,
  bytes: 90_000,
  rowsPerSecond: null,
  bytesPerSecond: null,
  etaSeconds: null,
  waitingSeconds: null,
  tables: [],
};

it('the batch that runs shows how far it has come by now', () => {
  expect(withLive(batch, run)).toMatchObject({
    total_tables: 120,
    completed_tables: 40,
    failed_tables: 1,
    records_processed: 30,
    records_skipped: 4970,
    bytes: 90_000,
  });
});

it('all others are left as they are, so that their lines are not drawn anew', () => {
  expect(withLive(batch, null)).toBe(batch);
  expect(withLive(batch, { ...run, batchId: 'sync_2' })).toBe(batch);
});

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
