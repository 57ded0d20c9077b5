import { expect, test } from 'vitest';
import { freshFolder, handClock, journalIn, planOf, realPorts } from './support/world.ts';

test('batches come latest first, also after the system clock was set back', () => {
  const clock = handClock('2025-11-08T10:00:00.000Z');
  const journal = journalIn(freshFolder(), { ...realPorts, clock });
  const ids = ['2025-11-08T10:00:00Z', '2025-11-08T11:00:00Z', '2025-11-08T09:00:00Z'].map((now) => {
    clock.set(now);
    const { batch_id } = journal.beginBatch(planOf());
    journal.endBatch(batch_id);
    return batch_id;
  });
  expect(journal.batches(2).map((one) => one.batch_id)).toEqual([ids[2], ids[1]]);
  expect(journal.latestBatch()?.batch_id).toBe(ids[2]);
});

test('an empty journal answers with nothing', () => {
  const journal = journalIn(freshFolder());
  expect(journal.latestBatch()).toBeNull();
  expect(journal.runningBatch()).toBeNull();
  expect(journal.batches(20)).toEqual([]);
  expect(journal.tables('sync_20251108_143052_aB3dEf9h')).toEqual([]);
  expect(journal.nearestBatchId('sync_20251108_143052_aB3dEf9h')).toBeNull();
  expect(journal.holder()).toBeNull();
});

test('a mistyped batch id finds the nearest, and an unlike text finds none', () => {
  const journal = journalIn(freshFolder());
  const { batch_id } = journal.beginBatch(planOf());
  expect(journal.nearestBatchId(batch_id.slice(0, -2))).toBe(batch_id);
  expect(journal.nearestBatchId('invalid_batch_id')).toBeNull();
  expect(() => journal.resumeBatch(`${batch_id}x`)).toThrow(
    expect.objectContaining({ code: 'batch_unknown', params: { batch: `${batch_id}x`, nearest: batch_id } }),
  );
  expect(() => journal.endBatch('invalid_batch_id')).toThrow(
    expect.objectContaining({ code: 'batch_unknown', params: { batch: 'invalid_batch_id' } }),
  );
});

test('the log keeps lines without a batch, and gives the newest in their order', () => {
  const journal = journalIn(freshFolder());
  journal.logEvent('table_run_alone', { connection: 'pgsql_lmp', table: 'ad_org', detail: { rows: 3 } });
  const { batch_id } = journal.beginBatch(planOf());
  journal.endBatch(batch_id);
  expect(journal.log().map((line) => line.event)).toEqual([
    'table_run_alone',
    'batch_started',
    'batch_completed',
  ]);
  expect(journal.log({ limit: 1 }).map((line) => line.event)).toEqual(['batch_completed']);
  expect(journal.log()[0]).toMatchObject({
    batch_id: null,
    connection: 'pgsql_lmp',
    table_name: 'ad_org',
    detail: { rows: 3 },
  });
});

test('the holder is one row, replaced and taken away', () => {
  const journal = journalIn(freshFolder());
  const holder = {
    pid: 42,
    host: 'kasir',
    face: 'tray',
    since: '2025-11-08T10:00:00.000Z',
    batchId: null,
  } as const;
  journal.setHolder(holder);
  journal.setHolder({ ...holder, batchId: 'sync_20251108_143052_aB3dEf9h' });
  expect(journal.holder()).toEqual({ ...holder, batchId: 'sync_20251108_143052_aB3dEf9h' });
  journal.setHolder(null);
  expect(journal.holder()).toBeNull();
});
