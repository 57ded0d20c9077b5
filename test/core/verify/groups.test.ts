import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { EngineEvent } from '../../../src/shared/contract.ts';
import { InterruptionReason } from '../../../src/shared/status.ts';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases, settled, type TestDatabase } from '../../support/databases.ts';
import { listen } from '../../support/home.ts';
import { all, verifyAll, watchedHome } from './support.ts';

const TABLES = Array.from({ length: 12 }, (_, n) => `item_${n + 1}`);
const CREATE = TABLES.flatMap((name) => [
  `CREATE TABLE ${name} (id integer PRIMARY KEY, name varchar(40), amount numeric)`,
  `INSERT INTO ${name} SELECT n, 'item ' || n, n * 1.5 FROM generate_series(1, 30) n`,
]);

/** Twelve equal tables. */
async function twelve(pair: DatabasePair, ...more: readonly string[]): Promise<void> {
  await atBranch(pair, ...CREATE, ...more);
  await settled(pair.source);
}

/** Waits until a statement of ours waits for a lock. */
async function untilBlocked(database: TestDatabase): Promise<void> {
  const admin = await database.connectAdmin();
  try {
    const query = `SELECT FROM pg_stat_activity WHERE datname = $1 AND usename = $2 AND wait_event_type = 'Lock'`;
    while ((await admin.query(query, [database.database, database.user])).rowCount === 0) await sleep(20);
  } finally {
    await admin.end();
  }
}

test('tables of every kind are compared together or alone, with the same results', async () => {
  await using pair = await freshDatabases();
  await twelve(
    pair,
    'CREATE TABLE empty (id integer PRIMARY KEY, name text)',
    'CREATE TABLE keyless (name text, amount numeric)',
    "INSERT INTO keyless VALUES ('a', 1.0), ('a', 1.0), (NULL, 2)",
    'CREATE TABLE ranges (id numeric(10) PRIMARY KEY, name text)',
    "INSERT INTO ranges SELECT 1000000 + n, 'row ' || n FROM generate_series(1, 25000) n",
    'CREATE TABLE texts (place text, part text, PRIMARY KEY (place, part))',
    "INSERT INTO texts SELECT 'p' || n % 7, 'x' || n FROM generate_series(1, 9000) n",
    'CREATE TABLE parts (id integer PRIMARY KEY, name text) PARTITION BY RANGE (id)',
    'CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (1) TO (100)',
    "INSERT INTO parts SELECT n, 'part ' || n FROM generate_series(1, 50) n",
    'CREATE TABLE "Odd ""Name" ("Id" integer PRIMARY KEY, "it\'s" text, "source connection" date)',
    `INSERT INTO "Odd ""Name" VALUES (1, 'x', '2025-01-01')`,
    'CREATE TABLE large_values (id integer PRIMARY KEY, body bytea)',
    "INSERT INTO large_values SELECT n, convert_to((SELECT string_agg(md5((n * 100000 + k)::text), '') FROM generate_series(1, 32768) k), 'UTF8') FROM generate_series(1, 10) n",
    'ANALYZE ranges',
    'ANALYZE texts',
  );
  await using watched = await watchedHome(pair);
  await using engine = watched.home.open();
  await sync(engine);
  expect((await sync(engine)).batch.status).toBe('completed');
  const more = ['empty', 'keyless', 'ranges', 'texts', 'parts', 'Odd "Name', 'large_values'];

  const { results, row, trips } = await verifyAll(engine, watched);

  expect(results).toEqual(all([...TABLES, ...more], 'equal'));
  expect(row('empty')).toMatchObject({ source_rows: 0, central_rows: 0, buckets: 1 });
  expect(row('keyless')).toMatchObject({ source_rows: 3, central_rows: 3 });
  expect(row('ranges')).toMatchObject({ source_rows: 25_000, buckets: 2 });
  expect(row('texts')).toMatchObject({ source_rows: 9000, buckets: 8 });
  expect(row('parts')).toMatchObject({ source_rows: 50 });
  // The partitioned table, and the one with 10 MB beside its rows, on their own: four and four.
  expect(trips.central).toBeLessThanOrEqual(14);
});

test('a table that differs in a group is looked at alone, told and mended as before', async () => {
  await using pair = await freshDatabases();
  await twelve(pair);
  await using watched = await watchedHome(pair);
  await using engine = watched.home.open();
  await sync(engine);
  await sync(engine);
  await atCentral(pair, "UPDATE item_7 SET name = 'wrong' WHERE id = 5", 'DELETE FROM item_3 WHERE id = 9');
  const events = listen(engine);

  const found = await verifyAll(engine, watched);

  expect(found.results).toEqual({ ...all(TABLES, 'equal'), item_7: 'differs', item_3: 'differs' });
  expect(found.row('item_7')).toMatchObject({ different_rows: 1, examples: [['5']], missing_rows: 0 });
  expect(found.row('item_3')).toMatchObject({ different_rows: 0, missing_rows: 1, examples: [['9']] });
  expect(found.trips.central).toBeLessThanOrEqual(16);
  const ended = events.filter((one: EngineEvent) => one.type === 'verify_ended');
  expect(ended.map((one) => one.row.table_name).sort()).toEqual([...TABLES].sort());
  expect(engine.verifications().map((one) => [one.table_name, one.result])).toEqual(
    Object.entries(found.results).sort(([a], [b]) => (a < b ? -1 : 1)),
  );

  const mended = await verifyAll(engine, watched, true);

  expect(mended.results).toEqual({ ...all(TABLES, 'equal'), item_7: 'repaired', item_3: 'repaired' });
  expect((await verifyAll(engine, watched)).results).toEqual(all(TABLES, 'equal'));
});

test('rows that are newer at the branch make one table behind, and not its group', async () => {
  await using pair = await freshDatabases();
  await twelve(pair);
  await using watched = await watchedHome(pair);
  await using engine = watched.home.open();
  await sync(engine);
  await atBranch(pair, "INSERT INTO item_4 VALUES (99, 'new', 1)");

  const { results, row } = await verifyAll(engine, watched);

  expect(results).toEqual({ ...all(TABLES, 'equal'), item_4: 'behind' });
  expect(row('item_4')).toMatchObject({ missing_rows: 1, newer_rows: 1 });
});

test.each([
  ['the branch', 'source_permission'],
  ['head office', 'central_permission'],
] as const)('a table that cannot be read at %s fails alone', async (at, code) => {
  await using pair = await freshDatabases();
  await twelve(pair);
  await using watched = await watchedHome(pair);
  await using engine = watched.home.open();
  await sync(engine);
  await sync(engine);
  if (at === 'the branch') await atBranch(pair, 'REVOKE SELECT ON item_5 FROM branchline_read');
  else await atCentral(pair, 'REVOKE SELECT ON item_5 FROM branchline');

  const { results, row, trips } = await verifyAll(engine, watched);

  expect(results).toEqual({ ...all(TABLES, 'equal'), item_5: 'failed' });
  expect(row('item_5').failure).toMatchObject({ code });
  expect(trips.central).toBeLessThanOrEqual(30);
});

test('a table that was dropped at the branch a moment ago fails alone', async () => {
  await using pair = await freshDatabases();
  await twelve(pair);
  await using watched = await watchedHome(pair);
  await using engine = watched.home.open();
  await sync(engine);
  await sync(engine);
  const other = await pair.source.connectAdmin();
  await other.query('BEGIN; DROP TABLE adempiere.item_5');
  let proved = 0;
  engine.on((event) => {
    if (event.type === 'verify_ended' && ++proved === TABLES.length - 1) void other.query('COMMIT');
  });

  const { results } = await verifyAll(engine, watched);

  expect(results).toEqual({ ...all(TABLES, 'equal'), item_5: 'failed' });
  await other.end();
});

test.each(['source', 'central'] as const)(
  'a table that is locked at the %s keeps no other waiting',
  async (side) => {
    await using pair = await freshDatabases();
    await twelve(pair);
    await using watched = await watchedHome(pair);
    await using engine = watched.home.open();
    await sync(engine);
    await sync(engine);
    const other = await pair[side].connectAdmin();
    const schema = side === 'source' ? 'adempiere' : 'public';
    await other.query(`BEGIN; LOCK TABLE ${schema}.item_5 IN ACCESS EXCLUSIVE MODE`);
    let proved = 0;
    engine.on((event) => {
      if (event.type === 'verify_ended' && ++proved === TABLES.length - 1) void other.query('COMMIT');
    });

    const { results } = await verifyAll(engine, watched);

    expect(results).toEqual(all(TABLES, 'equal'));
    await other.end();
  },
);

test('a group whose connection is cut is compared again, at either end', async () => {
  await using pair = await freshDatabases();
  await twelve(pair);
  await using watched = await watchedHome(pair);
  await using engine = watched.home.open();
  await sync(engine);
  await sync(engine);
  for (const proxy of [watched.source, watched.central]) {
    const cut = proxy.trap({ from: 'server', type: 'D', during: /UNION ALL/, after: 5 }, 'cut');

    const { results, row } = await verifyAll(engine, watched);

    await cut;
    expect(results).toEqual(all(TABLES, 'equal'));
    expect(row('item_1')).toMatchObject({ source_rows: 30, central_rows: 30 });
  }
});

test('a run that is stopped in the middle of a group ends, and says nothing of its tables', async () => {
  await using pair = await freshDatabases();
  await twelve(pair);
  await using watched = await watchedHome(pair);
  await using engine = watched.home.open();
  await sync(engine);
  await sync(engine);
  const other = await pair.central.connectAdmin();
  await other.query('BEGIN; LOCK TABLE item_5 IN ACCESS EXCLUSIVE MODE');
  const stop = new AbortController();
  const running = engine.verify({ trigger: 'cli' }, { stop: stop.signal });
  await untilBlocked(pair.central);
  stop.abort(InterruptionReason.User);

  expect(await running).toEqual({ tables: [], interrupted: true });

  await other.end();
  expect(engine.verifications()).toEqual([]);
  const open = "SELECT FROM pg_stat_activity WHERE usename = 'branchline' AND datname = current_database()";
  await expect.poll(() => fromCentral(pair, open)).toEqual([]);
  expect((await verifyAll(engine, watched)).results).toEqual(all(TABLES, 'equal'));
});

test.each(['schema', 'stamp', 'merge'] as const)('layout %s compares tables together', async (layout) => {
  await using pair = await freshDatabases();
  await twelve(pair);
  await using watched = await watchedHome(pair, { central: { layout } });
  await using engine = watched.home.open();
  await sync(engine);
  await sync(engine);

  const { results, trips } = await verifyAll(engine, watched);

  expect(results).toEqual(all(TABLES, 'equal'));
  expect(trips.central).toBeLessThanOrEqual(3);
  const place = layout === 'schema' ? 'pgsql_lmp.item_2' : 'item_2';
  await atCentral(pair, `UPDATE ${place} SET amount = 1.50 WHERE id = 1`);
  expect((await verifyAll(engine, watched)).results).toEqual({ ...all(TABLES, 'equal'), item_2: 'differs' });
});

test('two branches in the same tables of layouts stamp and merge are told apart', async () => {
  for (const layout of ['stamp', 'merge'] as const) {
    await using lampung = await freshDatabases();
    await using bandung = await freshDatabases();
    await twelve(lampung);
    await twelve(bandung, ...TABLES.map((name) => `UPDATE ${name} SET id = id + 1000, name = 'other'`));
    const pair = { ...bandung, central: lampung.central };
    await using first = await watchedHome(lampung, { central: { layout } });
    await using second = await watchedHome(pair, { central: { layout }, connection: { id: 'pgsql_bdg' } });
    await using one = first.home.open();
    await using other = second.home.open();
    await sync(one);
    await sync(other);
    await atCentral(lampung, "UPDATE item_6 SET name = 'x' WHERE id = 1001");

    expect((await verifyAll(one, first)).results).toEqual(all(TABLES, 'equal'));
    const found = await verifyAll(other, second);
    expect(found.results).toEqual({ ...all(TABLES, 'equal'), item_6: 'differs' });
    expect(found.row('item_6').source_rows).toBe(30);
  }
});
