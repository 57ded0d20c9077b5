import { afterAll, beforeAll, expect, test } from 'vitest';
import { atBranch, fromCentral, sync } from '../../support/branch.ts';
import { differences } from '../../support/compare.ts';
import { freshDatabases } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';
import { startServer, type TestServer } from '../../support/servers.ts';

// A server of its own: an open transaction of any database on a server holds its marks back, so that other
// tests' transactions would make rows count as changed here.
let sourceServer: TestServer;
beforeAll(async () => {
  sourceServer = await startServer();
});
afterAll(() => sourceServer.remove());

const LEDGER = [
  'CREATE TABLE ledger (id bigint PRIMARY KEY, amount numeric, note text)',
  "INSERT INTO ledger SELECT n, n * 1.5, 'note ' || n FROM generate_series(1, 10000) n",
];

test('after the first load only rows that changed are read', async () => {
  await using pair = await freshDatabases({ sourceServer });
  await atBranch(pair, ...LEDGER);
  using home = makeHome(pair);
  await using engine = home.open();
  expect((await sync(engine)).table('ledger')).toMatchObject({ strategy: 'full', records_processed: 10_000 });
  await atBranch(
    pair,
    'UPDATE ledger SET amount = amount + 1 WHERE id % 1000 = 0',
    "INSERT INTO ledger SELECT n, 1, 'new' FROM generate_series(10001, 10005) n",
    'UPDATE ledger SET note = note WHERE id = 7',
    'UPDATE ledger SET id = 20000 WHERE id = 8',
    'DELETE FROM ledger WHERE id IN (1, 2, 3)',
  );

  const { table } = await sync(engine);

  expect(table('ledger')).toMatchObject({
    status: 'completed',
    strategy: 'changes',
    records_processed: 16,
    records_skipped: 1,
    records_deleted: 4,
  });
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
});

test('where nothing changed nothing is read', async () => {
  await using pair = await freshDatabases({ sourceServer, scale: 0.02 });
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);

  const { batch } = await sync(engine);

  const rows = engine.batch(batch.batch_id).tables.filter((row) => row.strategy !== 'replace');
  expect(rows.length).toBeGreaterThan(30);
  expect(
    rows.filter((row) => row.strategy !== 'changes' || row.bytes > 0 || row.status !== 'completed'),
  ).toEqual([]);
});

test('a transaction that began before a pass and ends after it is not missed', async () => {
  await using pair = await freshDatabases({ sourceServer });
  await atBranch(pair, ...LEDGER);
  using home = makeHome(pair);
  await using engine = home.open();
  const slow = await pair.source.connectAdmin();
  await slow.query(
    "BEGIN; INSERT INTO adempiere.ledger VALUES (50000, 1, 'late'); UPDATE adempiere.ledger SET note = 'late' WHERE id = 5",
  );
  await sync(engine);
  await atBranch(pair, "UPDATE ledger SET note = 'early' WHERE id = 6");
  await sync(engine);
  await slow.query('COMMIT');
  await slow.end();

  const { table } = await sync(engine);

  expect(table('ledger').records_processed).toBe(2);
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
});

test('what changes without a row version is found by its fingerprint', async () => {
  await using pair = await freshDatabases({ sourceServer });
  await atBranch(
    pair,
    "CREATE TYPE mood AS ENUM ('calm', 'busy')",
    'CREATE TABLE shop (id int PRIMARY KEY, a text, b text, m mood)',
    "INSERT INTO shop VALUES (1, 'a', 'b', 'calm'), (2, 'a', 'b', 'busy')",
  );
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  const changes = [
    "ALTER TABLE shop ADD COLUMN city text DEFAULT 'Metro'",
    'ALTER TABLE shop RENAME a TO x; ALTER TABLE shop RENAME b TO a; ALTER TABLE shop RENAME x TO b; UPDATE shop SET id = 3 WHERE id = 2',
  ];
  for (const change of changes) {
    await atBranch(pair, change);
    const { table } = await sync(engine);
    expect([change, table('shop').status, table('shop').strategy]).toEqual([change, 'completed', 'compare']);
    expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
  }
});

test('rows that changed behind the checkpoint of a stopped pass are caught up', async () => {
  await using pair = await freshDatabases({ sourceServer });
  await atBranch(pair, ...LEDGER);
  using home = makeHome(pair, { sync: { chunkRows: 1000 } });
  await using engine = home.open();
  const stop = new AbortController();
  engine.on((event) => {
    if (event.type === 'table_progress' && event.processed === 5000) stop.abort('user');
  });
  const batch = await engine.syncAll({ trigger: 'cli' }, { stop: stop.signal });
  await atBranch(
    pair,
    "UPDATE ledger SET note = 'behind' WHERE id = 100",
    'UPDATE ledger SET id = -1 WHERE id = 200',
    'DELETE FROM ledger WHERE id = 300',
    "INSERT INTO ledger VALUES (0, 0, 'before the first')",
    "UPDATE ledger SET note = 'ahead' WHERE id = 9000",
  );

  await engine.resume(batch.batch_id, { trigger: 'cli' });

  expect(engine.batch(batch.batch_id).tables[0]).toMatchObject({ status: 'completed', records_deleted: 2 });
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
});

test('a later batch goes on with a first load that was cut off', async () => {
  await using pair = await freshDatabases({ sourceServer });
  await atBranch(pair, ...LEDGER);
  using home = makeHome(pair, { sync: { chunkRows: 1000 } });
  await using engine = home.open();
  const stop = new AbortController();
  engine.on((event) => {
    if (event.type === 'table_progress' && event.processed === 5000) stop.abort('user');
  });
  const { batch_id } = await engine.syncAll({ trigger: 'cli' }, { stop: stop.signal });
  const before = engine.batch(batch_id).tables[0]?.records_processed ?? 0;

  const { table } = await sync(engine);

  // A chunk that was on its way when it was stopped arrives too.
  expect([5000, 6000]).toContain(before);
  expect(table('ledger')).toMatchObject({ status: 'completed', records_processed: 10_000 - before });
  expect(await fromCentral(pair, 'SELECT count(*) FROM ledger')).toEqual([['10000']]);
});

test('strategy compare sends only what differs, removed rows included', async () => {
  await using pair = await freshDatabases({ sourceServer });
  await atBranch(pair, ...LEDGER);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atBranch(
    pair,
    "UPDATE ledger SET note = 'x' WHERE id = 9990",
    'DELETE FROM ledger WHERE id = 9991',
    "INSERT INTO ledger VALUES (10001, 1, 'new')",
  );

  const { table } = await sync(engine, { strategy: 'compare' });

  const row = table('ledger');
  expect(row).toMatchObject({
    status: 'completed',
    strategy: 'compare',
    records_processed: 2,
    records_deleted: 1,
  });
  expect(row.records_skipped).toBe(9998);
  expect(row.bytes).toBeLessThan(20_000);
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
  expect((await sync(engine)).table('ledger')).toMatchObject({ strategy: 'changes', records_processed: 0 });
});

test('an insert and a delete that leave the count as it was are both seen', async () => {
  await using pair = await freshDatabases({ sourceServer });
  await atBranch(pair, ...LEDGER);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atBranch(pair, 'DELETE FROM ledger WHERE id = 4', "INSERT INTO ledger VALUES (10001, 1, 'x')");

  const { table } = await sync(engine);

  expect(table('ledger')).toMatchObject({ records_processed: 1, records_deleted: 1 });
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
});
