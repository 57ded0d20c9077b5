import { expect, test } from 'vitest';
import { markCrashed } from '../../../src/core/journal/batches.ts';
import { tryAcquireLease } from '../../../src/core/journal/lease.ts';
import { openJournal } from '../../../src/core/journal/openJournal.ts';
import { isBatchId } from '../../../src/shared/naming.ts';
import { counts, freshFolder, handClock, journalIn, planOf, realPorts, refusal } from './support/world.ts';

const start = { strategy: 'full', estimatedRows: 100 } as const;

test('a batch begins with its tables pending, in the order of the plan', () => {
  const journal = journalIn(freshFolder());
  const batch = journal.beginBatch(planOf('m_product', 'ad_org', 'c_invoice'));
  expect(isBatchId(batch.batch_id)).toBe(true);
  expect(batch).toMatchObject({ status: 'running', total_tables: 3, resume_count: 0, ended_at: null });
  const tables = journal.tables(batch.batch_id);
  expect(tables.map((one) => one.table_name)).toEqual(['m_product', 'ad_org', 'c_invoice']);
  expect(tables.every((one) => one.status === 'pending')).toBe(true);
});

test('the id carries the local date and time, and a taken one is drawn again', () => {
  const clock = handClock('2025-11-08T14:30:52.000');
  const draws = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.99];
  const journal = journalIn(freshFolder(), { ...realPorts, clock, random: () => draws.shift() ?? 0.5 });
  const first = journal.beginBatch(planOf());
  journal.endBatch(first.batch_id);
  expect(first.batch_id).toBe('sync_20251108_143052_AAAAAAAA');
  expect(journal.beginBatch(planOf()).batch_id).toBe('sync_20251108_143052_9fffffff');
});

test('a second batch is refused while one runs, and told which', () => {
  const folder = freshFolder();
  const journal = journalIn(folder);
  const { batch_id } = journal.beginBatch(planOf('ad_org'));
  const other = journalIn(folder);
  journal.setHolder({
    pid: 42,
    host: 'kasir',
    face: 'tray',
    since: '2025-11-08T10:00:00.000Z',
    batchId: batch_id,
  });
  const refused = expect.objectContaining({
    code: 'batch_running',
    params: { batch: batch_id, face: 'tray', pid: 42 },
  });
  expect(() => other.beginBatch(planOf('ad_org'))).toThrow(refused);
  journal.interruptBatch(batch_id, 'user');
  const second = other.beginBatch(planOf('ad_org'));
  expect(() => journal.resumeBatch(batch_id)).toThrow(
    expect.objectContaining({
      code: 'batch_running',
      params: expect.objectContaining({ batch: second.batch_id }),
    }),
  );
});

test('counters follow every move of every table, and the end is computed from the tables', () => {
  const journal = journalIn(freshFolder());
  const { batch_id } = journal.beginBatch(planOf('a', 'b', 'c', 'd'));
  const ref = (table: string) => ({ batchId: batch_id, connection: 'pgsql_lmp', table });
  const counters = () => {
    const batch = journal.batch(batch_id);
    return [batch?.completed_tables, batch?.failed_tables, batch?.skipped_tables];
  };
  journal.startTable(ref('a'), start);
  journal.progressTable(ref('a'), { ...counts, checkpoint: '["90"]', sourceSnapshotAt: null });
  journal.completeTable(ref('a'));
  journal.startTable(ref('b'), start);
  journal.failTable(ref('b'), refusal);
  journal.skipTable(ref('c'), 'excluded');
  expect(counters()).toEqual([1, 1, 1]);
  expect(() => journal.endBatch(batch_id)).toThrow(/1 tables/);
  journal.failTable(ref('d'), refusal);
  expect(journal.endBatch(batch_id)).toMatchObject({ status: 'failed', failed_tables: 2 });

  expect(journal.resumeBatch(batch_id)).toMatchObject({
    status: 'running',
    resume_count: 1,
    ended_at: null,
    interruption_reason: null,
  });
  journal.failTable(ref('d'), refusal);
  expect(counters()).toEqual([1, 2, 1]);
  for (const table of ['b', 'd']) {
    journal.startTable(ref(table), start);
    journal.completeTable(ref(table), counts);
  }
  expect(counters()).toEqual([3, 0, 1]);
  expect(journal.endBatch(batch_id)).toMatchObject({ status: 'completed', completed_tables: 3 });
  expect(journal.table(batch_id, 'pgsql_lmp', 'a')).toMatchObject({
    status: 'completed',
    records_processed: 90,
    records_skipped: 10,
    records_deleted: 1,
    bytes: 4096,
    checkpoint: '["90"]',
  });
});

test('a failure is kept whole, and cleared when its table is started again', () => {
  const journal = journalIn(freshFolder());
  const { batch_id } = journal.beginBatch(planOf('c_invoice'));
  const ref = { batchId: batch_id, connection: 'pgsql_lmp', table: 'c_invoice' };
  journal.startTable(ref, start);
  journal.retryTable(ref, { ...refusal, code: 'contention', kind: 'transient' }, 250);
  journal.failTable(ref, refusal);
  expect(journal.tables(batch_id)[0]).toMatchObject({
    status: 'failed',
    retry_count: 1,
    error_code: 'source_permission',
    error_message: refusal.message,
    error_detail: refusal,
  });
  journal.startTable(ref, start);
  expect(journal.tables(batch_id)[0]).toMatchObject({ error_code: null, error_detail: null, ended_at: null });
  expect(journal.log({ batchId: batch_id }).map((line) => line.event)).toEqual([
    'batch_started',
    'table_started',
    'table_retrying',
    'table_failed',
    'table_restarted',
  ]);
});

test('durations add up the attempts, and leave out the night in between and a corrected clock', () => {
  const clock = handClock('2025-11-08T10:00:00.000Z');
  const journal = journalIn(freshFolder(), { ...realPorts, clock });
  const { batch_id } = journal.beginBatch(planOf('c_invoice'));
  const ref = { batchId: batch_id, connection: 'pgsql_lmp', table: 'c_invoice' };
  clock.pass(1);
  journal.startTable(ref, start);
  clock.pass(9);
  journal.progressTable(ref, { ...counts, checkpoint: null, sourceSnapshotAt: null });
  expect(journal.interruptBatch(batch_id, 'shutdown').duration_seconds).toBe(10);
  clock.pass(8 * 3600);
  journal.resumeBatch(batch_id);
  journal.startTable(ref, start);
  clock.set('2025-11-08T09:00:00.000Z');
  clock.pass(5);
  journal.completeTable(ref);
  expect(journal.endBatch(batch_id).duration_seconds).toBe(15);
  expect(journal.tables(batch_id)[0]).toMatchObject({
    duration_seconds: 14,
    started_at: '2025-11-08T10:00:01.000Z',
  });
});

test('a crashed batch ended at its last sign of life, not when it was found', () => {
  const folder = freshFolder();
  const clock = handClock('2025-11-08T10:00:00.000Z');
  const dead = journalIn(folder, { ...realPorts, clock });
  const { batch_id } = dead.beginBatch(planOf('c_invoice'));
  dead.setHolder({ pid: 1, host: 'kasir', face: 'cli', since: '2025-11-08T10:00:00.000Z', batchId: null });
  const ref = { batchId: batch_id, connection: 'pgsql_lmp', table: 'c_invoice' };
  clock.pass(60);
  dead.interruptBatch(batch_id, 'user');
  clock.pass(600);
  dead.resumeBatch(batch_id);
  dead.startTable(ref, start);
  clock.pass(30);
  dead.progressTable(ref, { ...counts, checkpoint: null, sourceSnapshotAt: null });
  clock.pass(9 * 3600);

  const { journal } = openJournal(folder, { ...realPorts, clock });
  const lease = tryAcquireLease(folder);
  if (!lease) throw new Error('the lease is free');
  expect(markCrashed(journal, lease)).toMatchObject({
    status: 'interrupted',
    interruption_reason: 'crash',
    duration_seconds: 90,
    ended_at: '2025-11-08T10:11:30.000Z',
  });
  expect(journal.holder()).toBeNull();
  expect(markCrashed(journal, lease)).toBeNull();
  expect(journal.interruptedBatches().map((one) => one.batch_id)).toEqual([batch_id]);
  expect(journal.tables(batch_id)[0]).toMatchObject({ status: 'in_progress', duration_seconds: 30 });
  lease.release();
  journal.close();
});

test('a batch whose tables a later one completed is closed as superseded, its end unchanged', () => {
  const clock = handClock('2025-11-08T10:00:00.000Z');
  const journal = journalIn(freshFolder(), { ...realPorts, clock });
  const { batch_id } = journal.beginBatch(planOf('ad_org'));
  const stopped = journal.interruptBatch(batch_id, 'shutdown');
  clock.pass(3600);
  expect(journal.interruptBatch(batch_id, 'superseded')).toEqual({
    ...stopped,
    interruption_reason: 'superseded',
  });
});
