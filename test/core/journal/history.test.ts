import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { fillJournal } from './support/fillJournal.ts';
import { counts, freshFolder, journalIn, planOf, planOfAllTables } from './support/world.ts';

/** Columns of a later schema. */
const COUNTED = ['sent_bytes', 'received_bytes', 'sent_plain_bytes', 'received_plain_bytes'];

test('a journal from before knows its totals after the change of its schema', () => {
  const folder = freshFolder();
  fillJournal(folder, { batches: 3, tables: 2, until: '2025-11-08T00:00:00.000Z', everyHours: 1 });
  const db = new Database(join(folder, 'journal.db'));
  db.exec(`DROP TABLE batch_totals; DROP TABLE table_lists;
    DROP INDEX event_log_alone; DROP INDEX sync_progress_open; DROP INDEX range_digests_differ;
    ALTER TABLE range_digests DROP COLUMN differs_since;
    DROP TABLE traffic_months; DROP TABLE office_requests;
    ALTER TABLE sync_progress DROP COLUMN all_tables;
    ${['sync_batches', 'sync_progress'].flatMap((table) => COUNTED.map((one) => `ALTER TABLE ${table} DROP COLUMN ${one};`)).join('\n')}`);
  db.pragma('user_version = 4');
  db.close();

  const { total, batches } = journalIn(folder).history({ text: 'CTable002' }, 0, 10);

  expect(total).toBe(3);
  expect(batches[0]).toMatchObject({
    records_processed: 24,
    records_skipped: 690,
    records_deleted: 0,
    bytes: 9134,
  });
});

test('the sums of a batch are those of its last end, and of this moment while it runs', () => {
  const journal = journalIn(freshFolder());
  const { batch_id } = journal.beginBatch(planOf('ad_org', 'c_order'));
  const sums = () => journal.history({}, 0, 1).batches[0];
  expect(sums()).toMatchObject({ records_processed: 0, bytes: 0 });
  const first = { batchId: batch_id, connection: 'pgsql_lmp', table: 'ad_org' };
  journal.startTable(first, { strategy: 'full', estimatedRows: 100 });
  journal.progressTable(first, { ...counts, checkpoint: null, sourceSnapshotAt: null });
  expect(sums()).toMatchObject({
    records_processed: 90,
    records_skipped: counts.skipped,
    records_deleted: 1,
    bytes: 4096,
  });

  journal.interruptBatch(batch_id, 'crash');
  expect(sums()).toMatchObject({
    records_processed: 90,
    records_skipped: counts.skipped,
    records_deleted: 1,
    bytes: 4096,
  });
  journal.resumeBatch(batch_id);
  journal.startTable(first, { strategy: 'full', estimatedRows: 100 });
  journal.completeTable(first, { ...counts, processed: 100 });
  const second = { ...first, table: 'c_order' };
  journal.startTable(second, { strategy: 'full', estimatedRows: 100 });
  journal.completeTable(second, counts);
  journal.endBatch(batch_id);
  expect(sums()).toMatchObject({
    records_processed: 190,
    records_skipped: 2 * counts.skipped,
    records_deleted: 2,
    bytes: 8192,
  });
});

test('pruning takes what was kept of a batch along, and leaves what others still have', async () => {
  const folder = freshFolder();
  fillJournal(folder, { batches: 20, tables: 2, until: new Date().toISOString(), everyHours: 1 });
  const journal = journalIn(folder);
  await journal.prune({ days: 30, batches: 5, now: new Date(), dryRun: false });
  expect(journal.history({ text: 'c_table_001' }, 0, 50).total).toBe(journal.batches(50).length);
  const db = new Database(join(folder, 'journal.db'), { readonly: true });
  const kept = db.prepare<[], { lists: number; totals: number }>(
    'SELECT (SELECT count(*) FROM table_lists) AS lists, (SELECT count(*) FROM batch_totals) AS totals',
  );
  expect(kept.get()).toEqual({ lists: 1, totals: journal.batches(50).length });
  db.close();
});

test('the last runs are told by table, the last success beside a later failure', () => {
  const journal = journalIn(freshFolder());
  const good = journal.beginBatch(planOf('ad_org', 'c_order')).batch_id;
  for (const table of ['ad_org', 'c_order']) {
    const ref = { batchId: good, connection: 'pgsql_lmp', table };
    journal.startTable(ref, { strategy: 'full', estimatedRows: 100 });
    journal.completeTable(ref, counts);
  }
  journal.endBatch(good);
  const all = planOfAllTables();
  const bad = journal.beginBatch({ ...all, tables: [...planOf('c_order').tables, ...all.tables] }).batch_id;
  const ref = { batchId: bad, connection: 'pgsql_lmp', table: 'c_order' };
  journal.startTable(ref, { strategy: 'full', estimatedRows: 100 });
  journal.failTable(ref, { code: 'internal', kind: 'permanent', message: 'no', params: {} });

  expect(
    journal.tablesPast().map(({ table, last, success }) => [table, last?.status, success?.batchId]),
  ).toEqual([
    ['ad_org', 'completed', good],
    ['c_order', 'failed', good],
  ]);
});

test('while a batch runs, what its tables came to before is told beside what it has still to do', () => {
  const journal = journalIn(freshFolder());
  const before = journal.beginBatch(planOf('ad_org', 'c_order')).batch_id;
  const done = { batchId: before, connection: 'pgsql_lmp', table: 'ad_org' };
  journal.startTable(done, { strategy: 'full', estimatedRows: 100 });
  journal.completeTable(done, counts);
  const failed = { ...done, table: 'c_order' };
  journal.startTable(failed, { strategy: 'full', estimatedRows: 100 });
  journal.failTable(failed, { code: 'internal', kind: 'permanent', message: 'no', params: {} });
  journal.endBatch(before);

  const running = journal.beginBatch(planOf('ad_org', 'c_order', 'm_product')).batch_id;
  journal.startTable({ ...failed, batchId: running }, { strategy: null, estimatedRows: null });
  const told = () =>
    journal.tablesPast().map(({ table, last, now }) => [table, last?.status, last?.strategy, now]);
  expect(told()).toEqual([
    ['ad_org', 'completed', 'full', 'pending'],
    ['c_order', 'failed', 'full', 'in_progress'],
    ['m_product', undefined, undefined, 'pending'],
  ]);

  journal.completeTable({ ...failed, batchId: running }, counts);
  expect(told()[1]).toEqual(['c_order', 'completed', null, null]);
  // What nothing goes on with waits for nothing.
  journal.interruptBatch(running, 'user');
  expect(told().map(([table, status, , now]) => [table, status, now])).toEqual([
    ['ad_org', 'completed', null],
    ['c_order', 'completed', null],
    ['m_product', undefined, null],
  ]);
});
