import { QueryClient } from '@tanstack/react-query';
import { expect, test } from 'vitest';
import { keyOf } from '../../../src/renderer/data/cache.ts';
import { LiveStore } from '../../../src/renderer/data/liveStore.ts';
import { takeEvent } from '../../../src/renderer/data/takeEvent.ts';
import type { QueryName, WindowEvent } from '../../../src/window-api/windowApi.ts';
import { tableRow, tableState } from '../tables/states.ts';

/** Answers of each kind, as after all pages have been looked at. */
const KEPT = {
  setup: keyOf('setup'),
  holder: keyOf('holder'),
  history: keyOf('history', { status: 'failed' }, 0, 100),
  days: keyOf('days', 30),
  batch: keyOf('batch', 'sync_1'),
  tables: keyOf('tables'),
  tableRuns: keyOf('tableRuns', 'lmp', 'c_invoice', 20),
  settings: keyOf('settings'),
  schedules: keyOf('schedules'),
  previewCron: keyOf('previewCron', '30 8 * * *', 'Asia/Jakarta'),
  sizes: keyOf('sizes'),
  bundle: keyOf('bundle'),
} satisfies Partial<Record<QueryName, readonly unknown[]>>;

test.each<[WindowEvent, readonly (keyof typeof KEPT)[]]>([
  [{ type: 'history' }, ['holder', 'history', 'days', 'batch', 'tables', 'tableRuns', 'schedules', 'sizes']],
  [{ type: 'settings' }, ['setup', 'tables', 'settings', 'schedules']],
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
