import { chown, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { atBranch, fromCentral, run, sync } from '../../support/branch.ts';
import { freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import { startServer } from '../../support/servers.ts';

test('that the contents of large objects are not copied is said once for each table (A15)', async () => {
  await using pair = await freshDatabases();
  await run(pair.source, 'CREATE DOMAIN adempiere.lo AS pg_catalog.oid');
  await atBranch(
    pair,
    'CREATE TABLE plain (id int PRIMARY KEY, picture oid)',
    'CREATE TABLE scan (id int PRIMARY KEY, page lo, back oid)',
    'CREATE TABLE none (id int PRIMARY KEY, note text)',
    "INSERT INTO plain VALUES (1, lo_from_bytea(0, 'abc'))",
    "INSERT INTO scan VALUES (1, lo_from_bytea(0, 'abc'), NULL)",
  );
  using home = makeHome(pair);
  await using engine = home.open();
  const told = async (): Promise<unknown> => {
    const { batch } = await sync(engine);
    const rows = engine.log({ batchId: batch.batch_id }).filter((row) => row.event === 'notice');
    return rows.map((row) => [row.table_name, row.detail]).sort();
  };

  expect(await told()).toEqual([
    ['plain', { code: 'large_objects', columns: 'picture' }],
    ['scan', { code: 'large_objects', columns: 'page, back' }],
  ]);
  await atBranch(pair, 'INSERT INTO plain SELECT 2, picture FROM plain');
  expect(await told()).toEqual([]);
  expect(await fromCentral(pair, 'SELECT count(picture) FROM plain')).toEqual([['2']]);
});

test('a database without large objects has nothing to say of its oid columns', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE plain (id int PRIMARY KEY, what oid)',
    'INSERT INTO plain VALUES (1, 5)',
  );
  using home = makeHome(pair);
  await using engine = home.open();
  const { batch } = await sync(engine);
  expect(engine.log({ batchId: batch.batch_id }).filter((row) => row.event === 'notice')).toEqual([]);
});

test('an unlogged table at a standby says so, and the other tables are copied', async () => {
  await using sourceServer = await startServer();
  // A standby lets nobody drop its database; it ends with its server.
  const pair = await freshDatabases({ sourceServer });
  await atBranch(
    pair,
    'CREATE UNLOGGED TABLE cache (id int PRIMARY KEY)',
    'CREATE TABLE item (id int PRIMARY KEY)',
    'INSERT INTO item VALUES (1)',
  );
  await sourceServer.stop();
  const { dataFolder, user } = sourceServer.place;
  const signal = join(dataFolder, 'standby.signal');
  await writeFile(signal, '');
  if (user !== null) await chown(signal, user.uid, user.gid);
  await sourceServer.restart();
  using home = makeHome(pair);
  await using engine = home.open();

  const { table } = await sync(engine);

  expect(table('cache')).toMatchObject({ status: 'failed', error_code: 'source_unlogged' });
  expect(table('item')).toMatchObject({ status: 'completed', records_processed: 1 });
});
