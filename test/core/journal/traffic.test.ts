import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { initial } from '../../../src/core/journal/migrations/0001-initial.ts';
import { shapeCache } from '../../../src/core/journal/migrations/0002-shape-cache.ts';
import { schedules } from '../../../src/core/journal/migrations/0003-schedules.ts';
import { service } from '../../../src/core/journal/migrations/0004-service.ts';
import { history } from '../../../src/core/journal/migrations/0005-history.ts';
import { standing } from '../../../src/core/journal/migrations/0006-standing.ts';
import { allTables } from '../../../src/core/journal/migrations/0007-all-tables.ts';
import { freshFolder, handClock, journalIn, planOf, realPorts } from './support/world.ts';

const SENT = { sent: 100, received: 40, sentPlain: 300, receivedPlain: 50 };
const AS_ROW = { sent_bytes: 100, received_bytes: 40, sent_plain_bytes: 300, received_plain_bytes: 50 };
const UNKNOWN = {
  sent_bytes: null,
  received_bytes: null,
  sent_plain_bytes: null,
  received_plain_bytes: null,
};

/** A journal of the schema before, with an interrupted batch of one table. */
function journalOfBefore(): string {
  const folder = freshFolder();
  const db = new Database(join(folder, 'journal.db'));
  for (const migration of [initial, shapeCache, schedules, service, history, standing, allTables])
    db.exec(migration);
  db.pragma('user_version = 7');
  const at = '2025-11-08T00:00:00.000Z';
  db.exec(`
    INSERT INTO sync_batches
        (batch_id, status, "trigger", total_tables, options, interruption_reason, started_at, ended_at)
      VALUES ('sync_1', 'interrupted', 'cli', 1, '{"connections":["lmp"],"tables":[]}', 'crash', '${at}', '${at}');
    INSERT INTO sync_progress (batch_id, connection, table_name, model_name, status)
      VALUES ('sync_1', 'lmp', 'c_order', 'COrder', 'pending');`);
  db.close();
  return folder;
}

test('what a batch from before has sent is unknown, and stays so when it goes on', () => {
  const journal = journalIn(journalOfBefore());
  expect(journal.batch('sync_1')).toMatchObject(UNKNOWN);
  expect(journal.tables('sync_1')).toMatchObject([UNKNOWN]);
  expect(journal.trafficMonths(12)).toEqual([]);

  journal.resumeBatch('sync_1');
  journal.addTraffic({
    batchId: 'sync_1',
    total: SENT,
    table: { connection: 'lmp', table: 'c_order', traffic: SENT },
  });

  expect(journal.batch('sync_1')).toMatchObject(UNKNOWN);
  expect(journal.tables('sync_1')).toMatchObject([UNKNOWN]);
  // The month knows what was counted in it.
  expect(journal.trafficMonths(12)).toMatchObject([AS_ROW]);
});

test('a new batch and its tables begin at 0, and notes add up', () => {
  const journal = journalIn(freshFolder());
  const { batch_id: batchId, ...begun } = journal.beginBatch(planOf('c_order', 'c_invoice'));
  expect(begun).toMatchObject({ sent_bytes: 0, received_plain_bytes: 0 });
  const [first] = journal.tables(batchId);
  expect(first).toMatchObject({ table_name: 'c_order', sent_bytes: 0 });
  const { connection = '' } = first ?? {};

  journal.addTraffic({ batchId, total: SENT, table: null });
  journal.addTraffic({ batchId, total: SENT, table: { connection, table: 'c_order', traffic: SENT } });

  expect(journal.batch(batchId)).toMatchObject({ sent_bytes: 200, sent_plain_bytes: 600 });
  expect(journal.tables(batchId)).toMatchObject([AS_ROW, { sent_bytes: 0 }]);
});

test('months are those of this computer, latest first, and pruning leaves them', async () => {
  const clock = handClock(new Date(2025, 9, 31, 23, 59, 50).toISOString());
  const folder = freshFolder();
  const journal = journalIn(folder, { ...realPorts, clock });
  const table = { connection: 'lmp', table: 'c_order', traffic: SENT };
  journal.addTraffic({ batchId: null, total: SENT, table: null });
  clock.pass(20);
  journal.addTraffic({ batchId: null, total: SENT, table });
  journal.addTraffic({ batchId: null, total: SENT, table });

  await journal.prune({ days: 1, batches: 1, now: new Date(2030, 0, 1), dryRun: false });

  expect(journal.trafficMonths(12)).toEqual([
    { ...twice(AS_ROW), month: '2025-11' },
    { ...AS_ROW, month: '2025-10' },
  ]);
  expect(journal.trafficMonths(1)).toHaveLength(1);
  expect(journal.trafficMonths(12, table)).toEqual([{ ...twice(AS_ROW), month: '2025-11' }]);
});

function twice(row: typeof AS_ROW): typeof AS_ROW {
  return {
    sent_bytes: row.sent_bytes * 2,
    received_bytes: row.received_bytes * 2,
    sent_plain_bytes: row.sent_plain_bytes * 2,
    received_plain_bytes: row.received_plain_bytes * 2,
  };
}
