import { chown, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { atBranch, fromCentral, run, sync } from '../../support/branch.ts';
import { differences } from '../../support/compare.ts';
import { freshDatabases, type TestDatabase } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';
import { startServer } from '../../support/servers.ts';
import { strategyOf } from './support/strategyOf.ts';

const ITEM = [
  'CREATE TABLE item (id int PRIMARY KEY, note text)',
  "INSERT INTO item SELECT n, 'old' FROM generate_series(1, 100) n",
];

test('a database that was dumped and restored under its old name stops and asks, and nothing is touched', async () => {
  await using sourceServer = await startServer();
  await using pair = await freshDatabases({ sourceServer });
  await atBranch(pair, ...ITEM);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  const { database } = pair.source;
  const server = await sourceServer.connect();
  await server.query(`ALTER DATABASE ${database} RENAME TO ${database}_old`);
  await server.query(`CREATE DATABASE ${database} TEMPLATE ${database}_old`);
  await server.end();
  await atBranch(pair, 'DELETE FROM item');

  const { batch, table } = await sync(engine);

  expect(batch.status).toBe('failed');
  expect(table('item')).toMatchObject({ status: 'failed', error_code: 'source_identity_changed' });
  expect(table('item').error_detail?.params).toMatchObject({ connection: CONNECTION });
  expect(await fromCentral(pair, 'SELECT count(*) FROM item')).toEqual([['100']]);
});

test('a server that was brought back from its archive goes on under another timeline, so all is looked at again', async () => {
  await using sourceServer = await startServer();
  await using pair = await freshDatabases({ sourceServer });
  await atBranch(pair, ...ITEM);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await run(pair.source, "ALTER SYSTEM SET restore_command = 'false'");
  await sourceServer.stop();
  const { dataFolder, user } = sourceServer.place;
  const asked = join(dataFolder, 'recovery.signal');
  await writeFile(asked, '');
  if (user !== null) await chown(asked, user.uid, user.gid);
  await sourceServer.restart();
  await promoted(pair.source);
  await atBranch(pair, "UPDATE item SET note = 'after' WHERE id = 1", 'DELETE FROM item WHERE id = 2');

  const { batch, table } = await sync(engine);

  expect(strategyOf(engine, batch.batch_id, 'item')[1]).toBe('server_changed');
  expect(table('item')).toMatchObject({ status: 'completed', records_processed: 1, records_deleted: 1 });
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
});

/** Waits until the server has come to the end of its WAL and takes writes again. */
async function promoted(database: TestDatabase): Promise<void> {
  for (let attempt = 0; attempt < 1200; attempt++) {
    const client = await database.connectAdmin();
    const found = await client.query<{ waits: boolean }>('SELECT pg_is_in_recovery() AS waits');
    await client.end();
    if (found.rows[0]?.waits === false) return;
    await sleep(50);
  }
  throw new Error('The server is still in recovery');
}
