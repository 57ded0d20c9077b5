import { describe, expect, test } from 'vitest';
import { noticeOf, openFor } from '../../../src/core/batch/longTransaction.ts';
import { DEFAULT_TIMEOUTS, Session } from '../../../src/core/postgres/session.ts';
import { loadSettings } from '../../../src/core/settings/load.ts';
import type { OpenTransaction } from '../../../src/core/source/port.ts';
import { oldestTransaction } from '../../../src/core/source/postgres/openTransaction.ts';
import { sayNotice } from '../../../src/shared/texts/logLine.ts';
import { createTranslator } from '../../../src/shared/texts/translate.ts';
import { withJournal } from '../../service/support.ts';
import { atBranch, run, sync } from '../../support/branch.ts';
import { differences } from '../../support/compare.ts';
import { freshDatabases } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';
import { startServer } from '../../support/servers.ts';

const ITEM = [
  'CREATE TABLE item (id int PRIMARY KEY, note text)',
  "INSERT INTO item SELECT n, 'old' FROM generate_series(1, 100) n",
  'CREATE TABLE other (id int)',
];
const HOUR = 3600;

const FOUND: OpenTransaction = {
  xid: '777',
  pid: 4711,
  gid: null,
  endSql: 'SELECT pg_catalog.pg_terminate_backend(4711);',
  user: 'adempiere',
  database: 'idempiere',
  application: 'jasper',
  state: 'idle in transaction',
  seconds: 26 * HOUR,
};

test('a transaction that was open all day is named: its process, user, application, state and age', () => {
  const notice = noticeOf(FOUND, openFor(FOUND, null, new Date()));
  const said = notice === null ? '' : sayNotice('Lampung', notice, createTranslator('en'));
  for (const part of [
    'Lampung',
    '1 d 02 h',
    '4711',
    'adempiere',
    'idempiere',
    'jasper',
    'idle in transaction',
  ])
    expect(said).toContain(part);
  expect(said).toContain('SELECT pg_catalog.pg_terminate_backend(4711);');
});

test('one of less than an hour is not worth a word', () => {
  expect(noticeOf(FOUND, HOUR - 1)).toBeNull();
  expect(noticeOf(FOUND, HOUR)).not.toBeNull();
});

test('where its age is not shown, it counts from when it was seen first', () => {
  const hidden = { ...FOUND, seconds: null };
  const now = new Date('2025-11-08T12:00:00Z');
  expect(openFor(hidden, { xid: '777', at: '2025-11-08T10:00:00Z' }, now)).toBe(2 * HOUR);
  expect(openFor(hidden, { xid: '776', at: '2025-11-08T10:00:00Z' }, now)).toBe(0);
  expect(openFor(hidden, null, now)).toBe(0);
});

describe('at a branch whose role sees no more than others do', () => {
  test('rows written since an open transaction began come again as skipped ones, and it is named after an hour', async () => {
    await using sourceServer = await startServer();
    await using pair = await freshDatabases({ sourceServer });
    await atBranch(pair, ...ITEM);
    using home = makeHome(pair);
    const holder = await pair.source.connectAdmin();
    try {
      await holder.query("SET application_name = 'night report'");
      await holder.query('BEGIN');
      await holder.query('INSERT INTO adempiere.other VALUES (1)');
      await atBranch(pair, "UPDATE item SET note = 'new' WHERE id <= 7");
      await using engine = home.open();
      await sync(engine);
      const again = await sync(engine);
      expect(again.table('item')).toMatchObject({ records_processed: 0, records_skipped: 7 });
      expect(noticesIn(again.batch.batch_id)).toEqual([]);

      withJournal(home.folder, (journal) => {
        const name = `open_transaction/${CONNECTION}`;
        const seen = journal.serviceNote(name) as { readonly xid: string };
        journal.setServiceNote(name, { ...seen, at: new Date(Date.now() - 2 * HOUR * 1000).toISOString() });
      });
      const later = await sync(engine);

      const [told] = noticesIn(later.batch.batch_id);
      expect(told).toMatchObject({ code: 'old_transaction', user: 'postgres', application: 'night report' });
      // What it offers runs as printed.
      await run(pair.source, String(told?.sql));
      await expect(holder.query('SELECT 1')).rejects.toThrow();
      expect(noticesIn((await sync(engine)).batch.batch_id)).toEqual([]);
      expect(await differences(pair, { connection: CONNECTION })).toEqual([]);

      function noticesIn(batchId: string): readonly Readonly<Record<string, unknown>>[] {
        return engine
          .log({ batchId })
          .filter((row) => row.event === 'notice')
          .map((row) => row.detail);
      }
    } finally {
      await holder.end().catch(() => {});
    }
  });

  test('a prepared transaction shows its name, and the SQL that ends it runs', async () => {
    await using sourceServer = await startServer({ settings: { max_prepared_transactions: '5' } });
    await using pair = await freshDatabases({ sourceServer });
    await atBranch(pair, ...ITEM, 'BEGIN', 'INSERT INTO other VALUES (1)', "PREPARE TRANSACTION 'night''s'");
    using home = makeHome(pair);
    const [endpoint] = loadSettings(home.folder).connections;
    if (endpoint === undefined) throw new Error('no connection');
    const about = { side: 'source', connection: CONNECTION, applicationName: 'branchline-test' } as const;
    const folder = home.folder;
    await using session = await Session.open({ ...about, endpoint, folder, timeouts: DEFAULT_TIMEOUTS });

    const found = await oldestTransaction(session);

    expect(found).toMatchObject({ gid: "night's", pid: null, user: 'postgres', state: 'prepared' });
    const notice = found === null ? null : noticeOf(found, 2 * HOUR);
    await run(pair.source, String(notice?.params.sql));
    expect(await oldestTransaction(session)).toBeNull();
  });

  test('a server that shows nobody its sessions is copied all the same', async () => {
    await using sourceServer = await startServer();
    await using pair = await freshDatabases({ sourceServer });
    await atBranch(pair, ...ITEM);
    await run(pair.source, 'REVOKE SELECT ON pg_stat_activity FROM PUBLIC');
    const holder = await pair.source.connectAdmin();
    await holder.query('BEGIN');
    await holder.query('INSERT INTO adempiere.other VALUES (1)');
    await atBranch(pair, "UPDATE item SET note = 'new' WHERE id <= 7");
    using home = makeHome(pair);
    await using engine = home.open();
    expect((await sync(engine)).batch.status).toBe('completed');
    await holder.end();
  });
});
