import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Mark } from '../../../src/core/source/port.ts';
import { atBranch, fromCentral, sync } from '../../support/branch.ts';
import { differences } from '../../support/compare.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';
import { startServer, type TestServer } from '../../support/servers.ts';
import { nextId, useIds } from './support/moveIds.ts';
import { strategyOf } from './support/strategyOf.ts';

const ATTEMPTS = 5;
/** More than one crash may lose: what the background writer happens to flush in between does not count. */
const LOST_IDS = 2000;

/** WAL stays in memory for as long as PostgreSQL allows, and no checkpoint comes by itself. */
const LAZY = {
  wal_writer_delay: '10s',
  wal_writer_flush_after: '1GB',
  bgwriter_delay: '10s',
  autovacuum: 'off',
};

const ITEM = [
  'CREATE TABLE item (id int PRIMARY KEY, note text)',
  "INSERT INTO item SELECT n, 'old' FROM generate_series(1, 1000) n",
];

/** How a server loses what it had in memory. */
const CRASHES: Readonly<Record<string, (server: TestServer) => Promise<void>>> = {
  'the power fails': async (server) => {
    await server.kill();
    await server.restart();
  },
  'one of its processes is killed, so that all of them start anew under the same postmaster': async (
    server,
  ) => {
    const victim = await server.connect();
    const gone = new Promise((resolve) => victim.once('end', resolve));
    const found = await victim.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    process.kill(found.rows[0]?.pid ?? 0, 'SIGKILL');
    await gone;
    await answering(server);
  },
};

for (const [name, crash] of Object.entries(CRASHES)) {
  test(`rows written with transaction ids that are handed out again are found: ${name}`, async () => {
    await using sourceServer = await startServer({ settings: LAZY });
    await using pair = await freshDatabases({ sourceServer });
    await atBranch(pair, ...ITEM);
    using home = makeHome(pair);
    await using engine = home.open();
    await sync(engine);

    await idsHandedOutAgain(sourceServer, pair, crash, () => sync(engine));
    await atBranch(
      pair,
      "UPDATE item SET note = 'after the crash' WHERE id % 10 = 0",
      "INSERT INTO item VALUES (1001, 'after the crash')",
      'DELETE FROM item WHERE id = 3',
    );
    const { xmin } = await markOf(pair);
    // Every one of these rows carries an id that lies before the mark; then life goes on until nothing shows that.
    expect((await nextId(sourceServer)) < BigInt(xmin)).toBe(true);
    await useIds(sourceServer, LOST_IDS);
    expect((await nextId(sourceServer)) > BigInt(xmin)).toBe(true);

    const { batch, table } = await sync(engine);

    expect(strategyOf(engine, batch.batch_id, 'item')[1]).toBe('server_changed');
    expect(table('item')).toMatchObject({ status: 'completed', records_processed: 101, records_deleted: 1 });
    expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
  });
}

test('a commit that a pass has copied and a crash takes back is taken back at head office, too', async () => {
  await using sourceServer = await startServer({ settings: LAZY });
  await using pair = await freshDatabases({ sourceServer });
  await atBranch(pair, ...ITEM, 'CHECKPOINT');
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);

  // Whether the WAL of a commit is on the disk is the server's choice: until it is not, once.
  for (let attempt = 1; ; attempt++) {
    await atBranch(
      pair,
      'SET synchronous_commit = off',
      `UPDATE item SET note = 'seen ${attempt}' WHERE id = 5`,
      'DELETE FROM item WHERE id = 6',
    );
    await sync(engine);
    expect(await fromCentral(pair, 'SELECT note FROM item WHERE id IN (5, 6)')).toEqual([
      [`seen ${attempt}`],
    ]);
    await sourceServer.kill();
    await sourceServer.restart();
    const source = await pair.source.connectAdmin();
    const left = await source.query('SELECT FROM adempiere.item WHERE id IN (5, 6)');
    await source.end();
    if (left.rowCount === 2) break;
    expect(attempt).toBeLessThan(ATTEMPTS);
    await atBranch(pair, "INSERT INTO item VALUES (6, 'old')", 'CHECKPOINT');
    await sync(engine);
  }
  await useIds(sourceServer, 100);
  const { batch } = await sync(engine);

  expect(strategyOf(engine, batch.batch_id, 'item')[1]).toBe('server_changed');
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
});

/**
 * Crashes the server until its next transaction id lies below the mark that the last sync has left.
 */
async function idsHandedOutAgain(
  server: TestServer,
  pair: DatabasePair,
  crash: (server: TestServer) => Promise<void>,
  syncAgain: () => Promise<unknown>,
): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    await useIds(server, LOST_IDS);
    await syncAgain();
    const { xmin } = await markOf(pair);
    await crash(server);
    if ((await nextId(server)) + 100n < BigInt(xmin)) return;
    await syncAgain();
  }
  throw new Error(`No transaction id was handed out again in ${ATTEMPTS} crashes`);
}

async function markOf(pair: DatabasePair): Promise<Mark> {
  const [row] = await fromCentral(pair, "SELECT mark FROM branchline.checkpoints WHERE table_name = 'item'");
  const text = row?.[0];
  if (text == null) throw new Error('item has no mark');
  return JSON.parse(text) as Mark;
}

/** Waits until a server that recovers takes connections again. */
async function answering(server: TestServer): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await (await server.connect()).end();
      return;
    } catch (error) {
      if (attempt === 1200) throw error;
      await sleep(50);
    }
  }
}
