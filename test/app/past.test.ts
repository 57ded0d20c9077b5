import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tryAcquireLease } from '../../src/core/journal/lease.ts';
import type { BatchFilter } from '../../src/window-api/windowApi.ts';
import {
  freshFolder,
  handClock,
  journalIn,
  planOf,
  planOfAllTables,
  realPorts,
} from '../core/journal/support/world.ts';
import {
  beginBatch,
  completedBatch,
  completeTable,
  failedBatch,
  startTable,
  writeSettings,
} from '../main/support/history.ts';
import { windowAppOn } from './support.ts';

test('a new folder answers every query, and nothing is created in it', async () => {
  const folder = join(freshFolder(), 'new');
  const { value, refusal } = windowAppOn(folder);

  expect(await value('setup')).toMatchObject({
    language: 'en',
    problem: { kind: 'usage', code: 'settings_missing' },
    program: 'tray',
    commands: false,
    version: '1.2.3',
    folder,
    demo: false,
    startAtLogin: null,
    notifications: false,
  });
  expect(await value('history', {}, 0, 50)).toEqual({ total: 0, batches: [] });
  expect(await value('days', 3)).toHaveLength(3);
  expect(await value('tables')).toEqual([]);
  expect(await value('tableRuns', 'pgsql_lmp', 'c_invoice', 5)).toEqual([]);
  expect(await value('schedules')).toEqual([]);
  expect(await value('holder')).toBeNull();
  expect(await value('sizes')).toEqual({ batches: 0, oldest: null, journalBytes: 0, logBytes: 0 });
  expect(await value('settings')).toMatchObject({ document: null, revision: null, effective: null });
  expect(await value('live')).toMatchObject({
    status: { activity: { kind: 'idle' }, refusal: { code: 'settings_missing' } },
    upTo: null,
    run: null,
    verifying: null,
  });
  expect(await refusal('batch', 'sync_x')).toMatchObject({ code: 'batch_unknown' });
  expect(existsSync(join(folder, 'journal.db'))).toBe(false);
});

test('the history is filtered, paged and summed up', async () => {
  const folder = freshFolder();
  writeSettings(folder);
  const journal = journalIn(folder);
  const first = completedBatch(journal);
  const second = failedBatch(journal);
  const running = beginBatch(journal, ['ad_org']);
  const lease = tryAcquireLease(folder);
  journal.progressTable(startTable(journal, running, 'ad_org'), {
    processed: 5,
    skipped: 1,
    deleted: 2,
    bytes: 77,
    checkpoint: null,
    sourceSnapshotAt: null,
  });
  const { value } = windowAppOn(folder);
  const ids = async (filter: BatchFilter) =>
    (await value('history', filter, 0, 50)).batches.map((one) => one.batch_id);

  const all = await value('history', {}, 0, 50);
  expect(all.total).toBe(3);
  expect(all.batches.map((one) => one.batch_id)).toEqual([running, second, first]);
  expect(all.batches[0]).toMatchObject({ records_processed: 5, records_deleted: 2, bytes: 77 });
  expect(all.batches[1]).toMatchObject({ records_processed: 412_000, records_deleted: 3, failed_tables: 1 });
  expect(await value('history', {}, 1, 1)).toMatchObject({ total: 3, batches: [{ batch_id: second }] });

  expect(await ids({ status: 'failed' })).toEqual([second]);
  expect(await ids({ trigger: 'cli' })).toHaveLength(3);
  expect(await ids({ trigger: 'agent' })).toEqual([]);
  expect(await ids({ connection: 'pgsql_lmp' })).toHaveLength(3);
  expect(await ids({ connection: 'pgsql' })).toEqual([]);
  expect(await ids({ text: 'INVOI' })).toEqual([second]);
  expect(await ids({ text: first.slice(-6).toLowerCase() })).toEqual([first]);
  expect(await ids({ text: '%' })).toEqual([]);
  lease?.release();
});

test('a table is also found by its model name', async () => {
  const folder = freshFolder();
  const journal = journalIn(folder);
  const { batch_id } = journal.beginBatch({ ...planOf('c_invoice_line'), options: planOf().options });
  const lease = tryAcquireLease(folder);
  const { value } = windowAppOn(folder);
  expect(await value('history', { text: 'cinvoiceline' }, 0, 5)).toMatchObject({ batches: [{ batch_id }] });
  lease?.release();
});

test('tables that became known later are found, and those before them no longer are', async () => {
  const folder = freshFolder();
  const journal = journalIn(folder);
  const { batch_id } = journal.beginBatch(planOfAllTables());
  journal.expandTables(batch_id, 'pgsql_lmp', planOf('c_order').tables);
  const lease = tryAcquireLease(folder);
  const { value } = windowAppOn(folder);
  expect((await value('history', { text: 'c_order' }, 0, 5)).total).toBe(1);
  expect((await value('history', { text: '*' }, 0, 5)).total).toBe(0);
  lease?.release();
});

test('a batch belongs to the local day on which it began', async () => {
  const folder = freshFolder();
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const late = new Date(2026, 2, 7, 23, 59, 59, 999);
  const clock = handClock(late.toISOString());
  const journal = journalIn(folder, { ...realPorts, clock });
  const before = completedBatch(journal);
  clock.set(new Date(2026, 2, 8, 0, 0, 0, 0).toISOString());
  const after = failedBatch(journal);
  clock.set(new Date(2026, 2, 9, 12).toISOString());
  const { value } = windowAppOn(folder, { ports: { ...realPorts, clock } });

  expect((await value('setup')).timeZone).toBe(here);
  expect(await value('history', { day: '2026-03-07' }, 0, 5)).toMatchObject({
    total: 1,
    batches: [{ batch_id: before }],
  });
  expect(await value('history', { day: '2026-03-08' }, 0, 5)).toMatchObject({
    batches: [{ batch_id: after }],
  });
  expect(await value('days', 3)).toMatchObject([
    { day: '2026-03-07', batches: 1, failed: 0, worst: 'completed' },
    { day: '2026-03-08', batches: 1, failed: 1, worst: 'failed', rows: 412_000, bytes: 90_000_000 },
    { day: '2026-03-09', batches: 0, failed: 0, worst: null },
  ]);
  const period = await value('period', '2026-03-07', '2026-03-09');
  expect(period).toEqual(await value('days', 3));
  expect((await value('period', '2020-01-01', '2026-03-09')).length).toBe(367);
  expect(await value('history', { day: '2026-03-07', until: '2026-03-08' }, 0, 10)).toMatchObject({
    total: 2,
  });
});

test('a batch comes with its tables, their usual times, its events, and whether it can be resumed', async () => {
  const folder = freshFolder();
  const clock = handClock('2026-03-02T01:00:00.000Z');
  const journal = journalIn(folder, { ...realPorts, clock });
  for (const seconds of [10, 20, 90]) {
    const id = beginBatch(journal, ['m_product', 'c_invoice']);
    startTable(journal, id, 'm_product');
    clock.pass(seconds);
    completeTableOf(journal, id);
    journal.failTable(startTable(journal, id, 'c_invoice'), FAILURE);
    journal.endBatch(id);
  }
  const id = failedBatch(journal);
  const { value, refusal } = windowAppOn(folder);

  const view = await value('batch', id);
  expect(view.batch.batch_id).toBe(id);
  expect(view.tables.map((row) => row.table_name)).toEqual(['m_product', 'c_invoice']);
  expect(view.usual).toEqual({ 'pgsql_lmp/m_product': { seconds: 20, rows: 100 } });
  expect(view.resumable).toBe(true);
  expect(view.events.map((line) => line.event)).toContain('table_failed');
  expect((await value('tableRuns', 'pgsql_lmp', 'm_product', 2)).map((row) => row.batch_id)).toEqual([
    id,
    expect.any(String),
  ]);
  const both = ['m_product', 'no_such_table'].map((table) => ({ connection: 'pgsql_lmp', table }));
  expect(await value('recentRuns', both, 3)).toEqual([
    [
      { rows: 90, failed: false },
      { rows: 90, failed: false },
      { rows: 412_000, failed: false },
    ],
    [],
  ]);
  expect(await refusal('batch', `${id.slice(0, -1)}_`)).toMatchObject({ params: { nearest: id } });
});

test('a batch whose process has died is shown as interrupted by every query', async () => {
  const folder = freshFolder();
  beginBatch(journalIn(folder), ['ad_org']);
  const { value } = windowAppOn(folder);
  expect((await value('history', { status: 'interrupted' }, 0, 5)).batches).toMatchObject([
    { status: 'interrupted', interruption_reason: 'crash' },
  ]);
});

test('tables come from the journal and from the settings, with their state', async () => {
  const folder = freshFolder();
  const endpoint = { host: '127.0.0.1', database: 'erp', user: 'branchline' };
  const tables = ['m_*', { name: 'c_invoice', strategy: 'full' }, 'c_order'];
  writeFileSync(
    join(folder, 'settings.json'),
    JSON.stringify({
      central: endpoint,
      connections: [{ ...endpoint, id: 'pgsql_lmp', label: 'Lampung', tables, exclude: ['m_secret'] }],
    }),
  );
  const journal = journalIn(folder);
  completedBatch(journal);
  const good = beginBatch(journal, ['m_product', 'm_secret', 'c_invoice']);
  completeTable(journal, good, 'm_product');
  completeTable(journal, good, 'm_secret');
  completeTable(journal, good, 'c_invoice');
  journal.endBatch(good);
  const bad = failedBatch(journal);
  const { value } = windowAppOn(folder);

  const states = await value('tables');

  expect(
    states.map((one) => [one.table, one.label, one.selected, one.chosenStrategy, one.last?.status ?? null]),
  ).toEqual([
    ['ad_org', 'Lampung', false, 'auto', 'completed'],
    ['c_invoice', 'Lampung', true, 'full', 'failed'],
    ['c_order', 'Lampung', true, 'auto', null],
    ['m_product', 'Lampung', true, 'auto', 'completed'],
    ['m_secret', 'Lampung', false, 'auto', 'completed'],
  ]);
  const invoice = states.find((one) => one.table === 'c_invoice');
  expect(invoice).toMatchObject({ model: 'c_invoice', success: { batchId: good }, verified: null });
  expect(invoice?.last?.batch_id).toBe(bad);

  // By itself, without a batch.
  const detail = { source_snapshot_at: '2026-11-22T01:00:00.000Z' };
  journal.logEvent('table_completed', { connection: 'pgsql_lmp', table: 'c_invoice', detail });
  expect((await value('tables')).find((one) => one.table === 'c_invoice')).toMatchObject({
    success: { batchId: null, snapshotAt: '2026-11-22T01:00:00.000Z' },
  });
});

test('invalid settings hide nothing of the past', async () => {
  const folder = freshFolder();
  mkdirSync(join(folder, 'logs'));
  writeFileSync(join(folder, 'logs', 'tray.log'), 'a line\n');
  writeFileSync(join(folder, 'settings.json'), '{ "central": ');
  const id = failedBatch(journalIn(folder));
  const { value } = windowAppOn(folder, { systemLanguages: ['id-ID'] });

  expect(await value('setup')).toMatchObject({ language: 'id', problem: { code: 'settings_invalid' } });
  expect((await value('history', {}, 0, 5)).batches[0]?.batch_id).toBe(id);
  expect((await value('tables')).map((one) => [one.table, one.selected])).toEqual([
    ['c_invoice', false],
    ['m_product', false],
  ]);
  expect((await value('live')).status.refusal?.code).toBe('settings_invalid');
  expect(await value('schedules')).toEqual([]);
  const sizes = await value('sizes');
  expect(sizes).toMatchObject({ batches: 1, logBytes: 7 });
  expect(sizes.journalBytes).toBeGreaterThan(4096);
});

const FAILURE = { code: 'internal', kind: 'permanent', message: 'no', params: {} } as const;

function completeTableOf(journal: ReturnType<typeof journalIn>, batchId: string): void {
  journal.completeTable(
    { batchId, connection: 'pgsql_lmp', table: 'm_product' },
    { processed: 90, skipped: 10, deleted: 0, bytes: 1 },
  );
}
