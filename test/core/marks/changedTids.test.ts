import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFAULT_TIMEOUTS } from '../../../src/core/postgres/session.ts';
import { loadSettings } from '../../../src/core/settings/load.ts';
import { openSource } from '../../../src/core/source/openSource.ts';
import { atBranch, run, sync } from '../../support/branch.ts';
import { differences } from '../../support/compare.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';
import { startServer, type TestServer } from '../../support/servers.ts';

// A server of its own: an open transaction of another test would make unchanged rows count as changed.
let sourceServer: TestServer;
beforeAll(async () => {
  sourceServer = await startServer({ settings: { autovacuum: 'off' } });
});
afterAll(() => sourceServer.remove());

/** About thirty rows a page, with room for new versions. */
const ITEM = [
  'CREATE TABLE item (id int PRIMARY KEY, amount int, note text) WITH (fillfactor = 90)',
  "INSERT INTO item SELECT n, 0, repeat('x', 200) FROM generate_series(1, 6000) n",
  'ANALYZE item',
];
const SCATTERED = 'UPDATE item SET amount = amount + 1 WHERE id % 100 = 7';

test('the few rows that have changed are read without a scan of their own', async () => {
  await using pair = await freshDatabases({ sourceServer });
  await atBranch(pair, ...ITEM);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atBranch(pair, SCATTERED);
  const before = await scansOf(pair);

  const { table } = await sync(engine);

  expect(table('item')).toMatchObject({ strategy: 'changes', records_processed: 60 });
  // One scan with all tables of the batch, which finds that this one has changed, and one that counts.
  expect((await scansOf(pair)) - before).toBe(2);
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
});

test('rows are found that moved within their page, to another page, or into a place that was vacuumed', async () => {
  await using pair = await freshDatabases({ sourceServer });
  await atBranch(pair, ...ITEM);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  for (const changes of [
    [SCATTERED, SCATTERED, SCATTERED],
    ["UPDATE item SET note = repeat('y', 900) WHERE id % 50 = 3"],
    ['DELETE FROM item WHERE id BETWEEN 1000 AND 1200', 'VACUUM item', SCATTERED],
    ["INSERT INTO item SELECT n, 1, 'again' FROM generate_series(1000, 1100) n", SCATTERED],
    ['VACUUM FULL item', SCATTERED],
  ]) {
    await atBranch(pair, ...changes);
    expect((await sync(engine)).table('item')).toMatchObject({ status: 'completed' });
    expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
  }
});

test('what others change or vacuum between the count and the read does not lose a row', async () => {
  await using pair = await freshDatabases({ sourceServer });
  await atBranch(pair, ...ITEM);
  using home = makeHome(pair);
  const [endpoint] = loadSettings(home.folder).connections;
  if (endpoint === undefined) throw new Error('the home has a connection');
  const about = { side: 'source', connection: endpoint.id, applicationName: 'test' } as const;
  const where = { endpoint, folder: home.folder, timeouts: DEFAULT_TIMEOUTS };
  const source = await openSource({ ...about, ...where });
  const [shape] = await source.readTables(endpoint, ['item']);
  if (shape === undefined) throw new Error('the branch has the table');
  const first = await source.openSnapshot(shape, { shapeDigest: '' });
  const { mark } = first;
  await first.close();
  await atBranch(pair, SCATTERED);
  const snapshot = await source.openSnapshot(shape, { shapeDigest: '' });
  const rows = snapshot.changedSince(mark);
  if (typeof rows === 'string') throw new Error(rows);
  expect(await snapshot.count(rows)).toEqual({ rows: 6000, changed: 60 });

  await atBranch(pair, SCATTERED, 'DELETE FROM item WHERE id % 100 = 7 AND id < 3000', 'VACUUM item');
  const form = {
    columns: ['id', 'amount'],
    asText: [],
    sourceKey: shape.keyColumns,
    format: 'text',
  } as const;
  const sent = await snapshot.rows(form, { after: ['1007'], rows });
  let text = '';
  while (!sent.exhausted) {
    await sent.ready(10_000, new AbortController().signal);
    const block = sent.take(1000);
    if (block === null) continue;
    for (let at = 0; at < block.messages.length; at += 1 + block.messages.readUInt32BE(at + 1)) {
      text += block.messages.subarray(at + 5, at + 1 + block.messages.readUInt32BE(at + 1)).toString();
    }
  }

  const expected = Array.from({ length: 49 }, (_, index) => `${1107 + index * 100}\t1\n`);
  expect(text).toBe(expected.join(''));
  await sent.end();
  await source.close();
});

test('partitions, whose rows share their places, and more changed rows than fit a list are read by a scan', async () => {
  await using pair = await freshDatabases({ sourceServer });
  await atBranch(
    pair,
    'CREATE TABLE parted (id int PRIMARY KEY, amount int) PARTITION BY RANGE (id)',
    'CREATE TABLE public.parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (1000)',
    'CREATE TABLE public.parted_2 PARTITION OF parted FOR VALUES FROM (1000) TO (9000)',
    'INSERT INTO parted SELECT n, 0 FROM generate_series(1, 4000) n',
    'CREATE TABLE large (id int PRIMARY KEY, amount int)',
    'INSERT INTO large SELECT n, 0 FROM generate_series(1, 70000) n',
  );
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atBranch(
    pair,
    'UPDATE parted SET amount = 1 WHERE id IN (5, 1005)',
    'UPDATE large SET amount = 1 WHERE id > 15000',
  );

  const { table } = await sync(engine);

  expect(table('parted')).toMatchObject({ strategy: 'changes', records_processed: 2 });
  expect(table('large')).toMatchObject({ strategy: 'changes', records_processed: 55_000 });
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
});

test("the role's own planner settings do not turn the list into a search for every row", async () => {
  await using pair = await freshDatabases({ sourceServer });
  await atBranch(pair, ...ITEM);
  await run(pair.source, 'ALTER ROLE branchline_read SET enable_tidscan = off');
  using home = makeHome(pair);
  await using engine = home.open();
  try {
    await sync(engine);
    await atBranch(pair, SCATTERED);
    const before = await scansOf(pair);

    const { table } = await sync(engine);

    expect(table('item')).toMatchObject({ strategy: 'changes', records_processed: 60 });
    expect((await scansOf(pair)) - before).toBe(2);
  } finally {
    await run(pair.source, 'ALTER ROLE branchline_read RESET enable_tidscan');
  }
});

/** Scans of the whole table so far. A server adds them up when a session is idle or ends. */
async function scansOf(pair: DatabasePair): Promise<number> {
  const client = await pair.source.connectAdmin();
  try {
    let last = -1;
    await expect
      .poll(
        async () => {
          const { rows } = await client.query(
            "SELECT seq_scan::int AS scans FROM pg_stat_user_tables WHERE relname = 'item'",
          );
          const same = rows[0]?.scans === last;
          last = Number(rows[0]?.scans);
          return same;
        },
        { interval: 1500, timeout: 20_000 },
      )
      .toBe(true);
    return last;
  } finally {
    await client.end();
  }
}
