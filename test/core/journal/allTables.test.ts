import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { initial } from '../../../src/core/journal/migrations/0001-initial.ts';
import { shapeCache } from '../../../src/core/journal/migrations/0002-shape-cache.ts';
import { schedules } from '../../../src/core/journal/migrations/0003-schedules.ts';
import { service } from '../../../src/core/journal/migrations/0004-service.ts';
import { history } from '../../../src/core/journal/migrations/0005-history.ts';
import { standing } from '../../../src/core/journal/migrations/0006-standing.ts';
import { openJournalToRead } from '../../../src/core/journal/openJournal.ts';
import { freshFolder, journalIn, planOf, planOfAllTables, realPorts, refusal } from './support/world.ts';

/** A journal of the schema before, which had the name `*` for all tables of a connection. */
function journalOfBefore(): string {
  const folder = freshFolder();
  const db = new Database(join(folder, 'journal.db'));
  for (const migration of [initial, shapeCache, schedules, service, history, standing]) db.exec(migration);
  db.pragma('user_version = 6');
  const at = '2025-11-08T00:00:00.000Z';
  db.exec(`
    INSERT INTO sync_batches (batch_id, status, "trigger", total_tables, options, started_at, ended_at)
      VALUES ('sync_1', 'failed', 'cli', 1, '{"tables":[]}', '${at}', '${at}'),
             ('sync_2', 'completed', 'cli', 1, '{"tables":[]}', '${at}', '${at}');
    INSERT INTO sync_progress (batch_id, connection, table_name, model_name, status, ended_at, error_code)
      VALUES ('sync_1', 'lmp', '*', '', 'failed', '${at}', 'source_unreachable'),
             ('sync_2', 'odd', '*', '', 'completed', '${at}', NULL);
    INSERT INTO event_log (at, batch_id, connection, table_name, event, detail)
      VALUES ('${at}', 'sync_1', 'lmp', '*', 'table_failed', '{}'),
             ('${at}', 'sync_2', 'odd', '*', 'table_completed', '{}'),
             ('${at}', NULL, 'lmp', '*', 'verified', '{"result":"failed"}'),
             ('${at}', NULL, 'odd', '*', 'verified', '{"result":"equal"}'),
             ('${at}', NULL, 'odd', '*', 'table_completed', '{}');
    INSERT INTO range_digests (connection, table_name, result, checked_at, proved_at, detail)
      VALUES ('lmp', '*', 'failed', '${at}', NULL, '{}'), ('odd', '*', 'equal', '${at}', '${at}', '{}');`);
  db.close();
  return folder;
}

test('in a journal from before, the name * becomes the column, but for a table that has this name', () => {
  const journal = journalIn(journalOfBefore());

  expect(journal.tables('sync_1')).toMatchObject([{ table_name: '*', all_tables: true, status: 'failed' }]);
  expect(journal.tables('sync_2')).toMatchObject([{ table_name: '*', all_tables: false }]);
  expect(journal.log().map((line) => [line.connection, line.event, line.table_name])).toEqual([
    ['lmp', 'table_failed', null],
    ['odd', 'table_completed', '*'],
    ['lmp', 'verified', null],
    ['odd', 'verified', '*'],
    ['odd', 'table_completed', '*'],
  ]);
  expect(journal.verifications().map((row) => row.connection)).toEqual(['odd']);
  expect(journal.knownTables('lmp')).toEqual([]);
  expect(journal.knownTables('odd')).toEqual(['*']);
});

test('the log of a journal from before can still only be appended to', () => {
  const folder = journalOfBefore();
  journalIn(folder);
  const db = new Database(join(folder, 'journal.db'));
  expect(() => db.exec(`UPDATE event_log SET event = 'nothing_happened'`)).toThrow(/append-only/);
  db.close();
  // Its trigger is the one that we know: the journal is not taken for one of others.
  const reader = openJournalToRead(folder, realPorts);
  expect(reader.batch('sync_1')).not.toBeNull();
  reader.close();
});

test('all tables of a connection fail as one row, and are replaced by its tables, one of them named *', () => {
  const journal = journalIn(freshFolder());
  const { batch_id } = journal.beginBatch(planOfAllTables());
  journal.failTable({ batchId: batch_id, connection: 'pgsql_lmp', table: '*' }, refusal);
  expect(journal.tables(batch_id)).toMatchObject([{ all_tables: true, status: 'failed' }]);
  expect(journal.log({ batchId: batch_id }).at(-1)).toMatchObject({
    event: 'table_failed',
    connection: 'pgsql_lmp',
    table_name: null,
  });
  journal.endBatch(batch_id);
  expect(journal.unresolved()[0]?.open).toMatchObject([{ all_tables: true }]);

  journal.resumeBatch(batch_id);
  journal.expandTables(batch_id, 'pgsql_lmp', planOf('*', 'c_order').tables);
  expect(journal.tables(batch_id)).toMatchObject([
    { table_name: '*', all_tables: false },
    { table_name: 'c_order', all_tables: false },
  ]);
});
