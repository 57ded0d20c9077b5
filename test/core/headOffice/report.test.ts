import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, inject, test } from 'vitest';
import { NoticeCode } from '../../../src/shared/notices.ts';
import { atBranch, atCentral, fromCentral, run, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases, settled } from '../../support/databases.ts';
import { CONNECTION, type Home, listen, makeHome } from '../../support/home.ts';
import { connectTo } from '../../support/servers.ts';
import { giveRole, openBranch } from '../trust/support/branchRoles.ts';

const ITEM = [
  'CREATE TABLE item (id int PRIMARY KEY, note text)',
  "INSERT INTO item VALUES (1, 'a'), (2, 'b')",
  'CREATE TABLE calm (id int PRIMARY KEY, note text)',
  "INSERT INTO calm VALUES (1, 'a')",
];

/** As if the last report were of another day. */
function setNote(home: Home): void {
  const db = new Database(join(home.folder, 'journal.db'));
  db.prepare(
    "UPDATE service_notes SET value = json_set(value, '$.pruned', '2026-01-01') WHERE name LIKE 'reported/%'",
  ).run();
  db.close();
}

const health = (pair: DatabasePair, columns: string) =>
  fromCentral(pair, `SELECT ${columns} FROM branchline.branch_health ORDER BY connection`);

test('head office sees a batch, its changed and failed tables, and how the branch stands', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...ITEM);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  expect(await health(pair, 'label, state, reason_code, tables, failed_tables, late')).toEqual([
    ['Lampung', 'ok', 'up_to_date', '2', '0', 'f'],
  ]);
  await atBranch(
    pair,
    "UPDATE item SET note = 'c' WHERE id = 1",
    'REVOKE SELECT ON calm FROM branchline_read',
  );
  await settled(pair.source);

  const { batch } = await sync(engine);

  expect(batch.status).toBe('failed');
  expect(await health(pair, 'state, severity, reason_code, reason, failed_tables')).toEqual([
    ['failed', '2', 'tables_failed', '1 of 2 tables failed: calm', '1'],
  ]);
  const rows = `FROM branchline.sync_batches WHERE batch_id = '${batch.batch_id}'`;
  expect(
    await fromCentral(pair, `SELECT status, total_tables, completed_tables, failed_tables ${rows}`),
  ).toEqual([['failed', '2', '1', '1']]);
  const tables = `FROM branchline.sync_progress WHERE batch_id = '${batch.batch_id}' ORDER BY table_name`;
  expect(
    await fromCentral(pair, `SELECT table_name, status, records_processed, error_code ${tables}`),
  ).toEqual([
    ['calm', 'failed', '0', 'source_permission'],
    ['item', 'completed', '1', null],
  ]);
});

test('a resumed batch replaces its rows, and the branch is well again', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...ITEM, 'REVOKE SELECT ON calm FROM branchline_read');
  using home = makeHome(pair);
  await using engine = home.open();
  const { batch } = await sync(engine);
  expect(await health(pair, 'reason_code')).toEqual([['tables_failed']]);
  await atBranch(pair, 'GRANT SELECT ON calm TO branchline_read');

  await engine.resume(batch.batch_id, { trigger: 'cli' });

  expect(await health(pair, 'reason_code')).toEqual([['up_to_date']]);
  expect(
    await fromCentral(pair, 'SELECT batch_id, status, failed_tables FROM branchline.sync_batches'),
  ).toEqual([[batch.batch_id, 'completed', '0']]);
  expect(
    await fromCentral(pair, "SELECT count(*) FROM branchline.sync_progress WHERE status = 'failed'"),
  ).toEqual([['0']]);
});

test('a branch whose own database does not answer is told to head office', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...ITEM);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  using broken = makeHome(pair, { connection: { port: 1 } });
  await using silent = broken.open();
  await sync(silent);
  // Another installation, which has not claimed the branch, does not speak for it.
  expect(await health(pair, 'reason_code')).toEqual([['up_to_date']]);
  await atCentral(pair, "UPDATE branchline.sources SET installation = 'gone', heartbeat = NULL");

  await sync(silent);

  expect(await health(pair, 'state, reason_code, reason')).toEqual([
    ['failed', 'nothing_copied', 'nothing could be copied: source_unreachable'],
  ]);
});

test('late, overdue, interrupted, differing and silent branches are told apart', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...ITEM);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  const set = (what: string) => atCentral(pair, `UPDATE branchline.installations SET ${what}`);
  const now = async () => (await health(pair, 'state, reason_code, late'))[0];

  await set('differing_tables = 2, differing_since = now()');
  expect(await now()).toEqual(['differs', 'tables_differ', 'f']);
  await set('clock_skew_seconds = -4000, differing_tables = 0');
  expect(await now()).toEqual(['attention', 'clock_wrong', 'f']);
  await atCentral(
    pair,
    "UPDATE branchline.sync_batches SET status = 'interrupted', interruption_reason = 'user'",
  );
  expect(await now()).toEqual(['interrupted', 'interrupted', 'f']);
  await set("next_run = now() - interval '90 minutes'");
  expect(await now()).toEqual(['late', 'overdue', 't']);
  await atCentral(pair, 'UPDATE branchline.sources SET heartbeat = now()');
  expect(await now()).toEqual(['attention', 'clock_wrong', 'f']);
  await set("up_to = now() - interval '30 hours', clock_skew_seconds = 0");
  expect(await now()).toEqual(['late', 'no_success', 't']);
  await set('late_after_hours = 0');
  expect(await now()).toEqual(['running', 'running', 'f']);
  await set('retired_at = now()');
  expect(await now()).toBeUndefined();
  await atCentral(pair, 'DELETE FROM branchline.installations');
  expect(await now()).toEqual(['unknown', 'not_reporting', 'f']);
});

test('an existing head office without the tables gets them with the next batch', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...ITEM);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atCentral(
    pair,
    'DROP VIEW branchline.branch_health',
    'DROP TABLE branchline.sync_progress, branchline.installations',
  );

  expect((await sync(engine)).batch.status).toBe('completed');
  expect(await health(pair, 'connection, reason_code')).toEqual([[CONNECTION, 'up_to_date']]);

  // The branch's row is gone, and nothing else.
  await atCentral(pair, 'DELETE FROM branchline.installations');
  await sync(engine);
  expect(await health(pair, 'connection, reason_code')).toEqual([[CONNECTION, 'up_to_date']]);
});

test('old reports are removed by age and by count', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...ITEM);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await sync(engine);
  const copies = (age: string, from: number, to: number) =>
    atCentral(
      pair,
      `INSERT INTO branchline.sync_batches SELECT connection, 'old_' || n, installation, status, NULL, "trigger",
         started_at, now() - ${age}, 1, 1, 0, 0, 0, 0, 0, 0, NULL FROM (SELECT * FROM branchline.sync_batches
         WHERE batch_id LIKE 'sync%' LIMIT 1) one, generate_series(${from}, ${to}) n`,
      `INSERT INTO branchline.sync_progress SELECT connection, batch_id, 'item', 'failed', NULL, 0, 0, 0, 0, NULL, ended_at
         FROM branchline.sync_batches WHERE batch_id LIKE 'old%' ON CONFLICT DO NOTHING`,
      `INSERT INTO branchline.installations SELECT connection, 'former', label, host, version, now() - interval '91 days',
         NULL, 0, 0, NULL, 0, 0, NULL, 0, NULL, NULL FROM branchline.installations WHERE installation <> 'former'
         ON CONFLICT DO NOTHING`,
    );
  await copies("interval '91 days'", 1, 5);
  // Once a day is enough.
  await sync(engine);
  expect(
    await fromCentral(pair, "SELECT count(*) FROM branchline.sync_progress WHERE batch_id LIKE 'old%'"),
  ).toEqual([['5']]);
  setNote(home);

  await sync(engine);

  const left = async () => (await fromCentral(pair, 'SELECT count(*) FROM branchline.sync_batches'))[0];
  expect(await left()).toEqual(['4']);
  expect(
    await fromCentral(pair, "SELECT 1 FROM branchline.sync_progress WHERE batch_id LIKE 'old%'"),
  ).toEqual([]);
  expect(await fromCentral(pair, 'SELECT count(*) FROM branchline.installations')).toEqual([['1']]);
  await copies("n * interval '1 minute'", 1, 1100);
  setNote(home);
  await sync(engine);
  expect(await left()).toEqual(['1000']);
});

test('a branch with a role of its own reports its own rows, and can neither read nor write those of another', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...ITEM);
  using a = await openBranch(pair, 'pgsql_lmp', 'schema');
  using b = await openBranch(pair, 'pgsql_plb', 'schema');
  for (const branch of [a, b]) {
    const events = listen(branch.engine);
    expect((await sync(branch.engine)).batch.status).toBe('completed');
    expect(events.filter((one) => one.type === 'notice')).toEqual([]);
  }
  expect(await health(pair, 'connection, reason_code')).toEqual([
    ['pgsql_lmp', 'up_to_date'],
    ['pgsql_plb', 'up_to_date'],
  ]);

  const client = await connectTo(inject('servers').central, pair.central.database, a.role);
  for (const table of ['installations', 'sync_batches', 'sync_progress']) {
    const { rows } = await client.query<{ c: string }>(
      `SELECT DISTINCT connection AS c FROM branchline.${table}`,
    );
    expect(rows.map((one) => one.c)).toEqual(['pgsql_lmp']);
    for (const verb of [
      `UPDATE branchline.${table} SET connection = connection`,
      `DELETE FROM branchline.${table}`,
    ])
      expect((await client.query(`${verb} WHERE connection = 'pgsql_plb'`)).rowCount).toBe(0);
    await expect(
      client.query(`UPDATE branchline.${table} SET connection = 'pgsql_plb'`),
    ).rejects.toMatchObject({ code: '42501' });
  }
  for (const refused of [
    'SELECT * FROM branchline.branch_health',
    'CREATE OR REPLACE VIEW branchline.branch_health AS SELECT 1',
    'ALTER TABLE branchline.installations DISABLE ROW LEVEL SECURITY',
    'TRUNCATE branchline.sync_batches',
  ])
    await expect(client.query(refused)).rejects.toMatchObject({ code: '42501' });
  await client.end();
  await Promise.all([a.engine[Symbol.asyncDispose](), b.engine[Symbol.asyncDispose]()]);
});

test('a row that one branch plants cannot break the overview of all', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...ITEM);
  using a = await openBranch(pair, 'pgsql_lmp', 'schema');
  await sync(a.engine);
  const client = await connectTo(inject('servers').central, pair.central.database, a.role);
  const set = (what: string) => client.query(`UPDATE branchline.installations SET ${what}`);
  for (const what of [
    "next_run = 'infinity'",
    "up_to = '-infinity'",
    "last_seen = '294000-01-01'",
    'late_after_hours = 2000000000',
    "host = repeat('x', 300)",
  ])
    await expect(set(what), what).rejects.toMatchObject({ code: expect.stringMatching(/^(23514|22001)$/) });
  await set(`label = E'\\x1b[31mred', clock_skew_seconds = ${2n ** 62n}, failed_tables = 5`);
  await client.query(`UPDATE branchline.sources SET heartbeat = 'infinity'`);
  await client.query(`UPDATE branchline.checkpoints SET updated_at = 'infinity'`);
  await client.query(
    `INSERT INTO branchline.sync_progress SELECT connection, batch_id, E'a\\x1b[2J\\nb', 'failed', NULL, 0, 0, 0, 0, 'x', now() FROM branchline.sync_batches`,
  );
  await client.end();

  expect(await health(pair, 'state, reason')).toEqual([['failed', '5 of 2 tables failed: a?[2J?b']]);
  await a.engine[Symbol.asyncDispose]();
});

test('a role that may not write the tables still syncs, and says so once until it may', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...ITEM);
  using branch = await openBranch(pair, 'pgsql_lmp', 'schema');
  await run(
    pair.central,
    'DROP VIEW branchline.branch_health',
    'DROP TABLE branchline.sync_progress, branchline.sync_batches, branchline.installations',
  );
  const events = listen(branch.engine);
  const notices = () => events.splice(0).flatMap((one) => (one.type === 'notice' ? [one.notice.code] : []));

  expect((await sync(branch.engine)).batch.status).toBe('completed');
  expect(notices()).toEqual([NoticeCode.ReportDenied]);
  expect((await sync(branch.engine)).batch.status).toBe('completed');
  expect(notices()).toEqual([]);

  await giveRole(pair, branch, 'schema');
  await sync(branch.engine);
  expect(notices()).toEqual([]);
  expect(await health(pair, 'reason_code')).toEqual([['up_to_date']]);
  await run(pair.central, `REVOKE ALL ON branchline.sync_batches FROM ${branch.role}`);
  await sync(branch.engine);
  expect(notices()).toEqual([NoticeCode.ReportDenied]);
  await branch.engine[Symbol.asyncDispose]();
});

test('a table that a branch has planted under such a name is not written, and central-sql refuses it', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...ITEM);
  using a = await openBranch(pair, 'pgsql_lmp', 'schema');
  using b = await openBranch(pair, 'pgsql_plb', 'schema');
  await run(
    pair.central,
    'DROP VIEW branchline.branch_health',
    'DROP TABLE branchline.sync_progress, branchline.sync_batches, branchline.installations',
  );
  const client = await connectTo(inject('servers').central, pair.central.database, a.role);
  await client.query('CREATE TABLE branchline.installations (connection text)');
  await client.query('GRANT ALL ON branchline.installations TO PUBLIC');
  await client.end();
  const events = listen(b.engine);

  expect((await sync(b.engine)).batch.status).toBe('completed');

  expect(events.flatMap((one) => (one.type === 'notice' ? [one.notice.code] : []))).toEqual([
    NoticeCode.ReportUntrusted,
  ]);
  await expect(giveRole(pair, b, 'schema')).rejects.toMatchObject({ code: '42501' });
  await Promise.all([a.engine[Symbol.asyncDispose](), b.engine[Symbol.asyncDispose]()]);
});
