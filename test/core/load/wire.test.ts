import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine } from '../../../src/core/engineApi.ts';
import type { Side } from '../../../src/core/postgres/sqlstates.ts';
import { settingsFile } from '../../../src/core/settings/load.ts';
import { UsageCode } from '../../../src/shared/errors.ts';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { differences } from '../../support/compare.ts';
import { freshDatabases, settled } from '../../support/databases.ts';
import { MANY } from '../../support/erpTables.ts';
import { CONNECTION, type Home, makeHome } from '../../support/home.ts';
import { type FaultProxy, startProxy } from '../../support/proxy.ts';
import { RoundTrips } from '../../support/roundTrips.ts';
import { startServer, type TestServer } from '../../support/servers.ts';
import { strategyOf } from '../marks/support/strategyOf.ts';

// A server of its own: see changes.test.ts.
let sourceServer: TestServer;
beforeAll(async () => {
  sourceServer = await startServer();
});
afterAll(() => sourceServer.remove());

/** Bytes that pass over each link while something is done, both ways together. */
async function bytesOf(
  links: Readonly<Record<Side, FaultProxy>>,
  work: () => Promise<unknown>,
): Promise<Readonly<Record<Side, number>>> {
  const passed = ({ bytes }: FaultProxy): number => bytes.client + bytes.server;
  const before = { source: passed(links.source), central: passed(links.central) };
  await work();
  return {
    source: passed(links.source) - before.source,
    central: passed(links.central) - before.central,
  };
}

/**
 * Bounds in bytes: what is sent today, and some hundred for longer ids. The same statements make the same bytes on
 * every machine, so whoever crosses a bound has made statements longer or more, and branches pay for it on every run.
 */
const UNCHANGED: Readonly<Record<'one' | 'many', Readonly<Record<Side, number>>>> = {
  one: { source: 8_800, central: 16_600 },
  many: { source: 32_050, central: 39_300 },
};

test('an unchanged batch of 120 tables, and one table alone, send no more bytes than they have to', async () => {
  await using pair = await freshDatabases({ sourceServer });
  await atBranch(pair, MANY);
  await settled(pair.source);
  await using source = await startProxy(pair.source);
  await using central = await startProxy(pair.central);
  using home = makeHome(pair, { connection: { port: source.port }, central: { port: central.port } });
  await using engine = home.open();
  const links = { source, central };
  expect((await sync(engine)).batch.status).toBe('completed');
  // Head office's tables are read for the first time.
  await sync(engine);

  const many = await bytesOf(links, async () => {
    const { batch, table } = await sync(engine);
    expect(batch).toMatchObject({ status: 'completed', completed_tables: 120 });
    expect(table('c_document_7')).toMatchObject({ strategy: 'changes', records_processed: 0 });
  });
  const one = await bytesOf(links, async () => {
    const outcome = await engine.syncTable({ trigger: 'cli', connection: 'pgsql_lmp', table: 'CDocument7' });
    expect(outcome).toMatchObject({ status: 'completed', strategy: 'changes', processed: 0 });
  });

  for (const side of ['source', 'central'] as const) {
    expect(many[side], `120 tables, ${side}`).toBeLessThan(UNCHANGED.many[side]);
    expect(one[side], `one table, ${side}`).toBeLessThan(UNCHANGED.one[side]);
  }
});

test('an unchanged batch of 120 tables waits for a handful of answers of head office', async () => {
  await using pair = await freshDatabases({ sourceServer });
  await atBranch(pair, MANY);
  await settled(pair.source);
  const roundTrips = { source: new RoundTrips(), central: new RoundTrips() };
  await using source = await startProxy(pair.source, roundTrips.source.observe);
  await using central = await startProxy(pair.central, roundTrips.central.observe);
  using home = makeHome(pair, { connection: { port: source.port }, central: { port: central.port } });
  await using engine = home.open();
  expect((await sync(engine)).batch.status).toBe('completed');
  await sync(engine);
  for (const one of Object.values(roundTrips)) one.reset();

  const { batch } = await sync(engine);

  expect(batch).toMatchObject({ status: 'completed', completed_tables: 120 });
  expect(roundTrips.central.count, roundTrips.central.first.join('\n')).toBeLessThanOrEqual(6);
  expect(roundTrips.source.count, roundTrips.source.first.join('\n')).toBeLessThanOrEqual(5);
});

test('the first load of 120 small tables waits for few answers of head office', async () => {
  await using pair = await freshDatabases({ sourceServer });
  await atBranch(pair, MANY);
  const roundTrips = new RoundTrips();
  await using central = await startProxy(pair.central, roundTrips.observe);
  using home = makeHome(pair, { central: { port: central.port } });
  await using engine = home.open();

  const { batch } = await sync(engine);

  expect(batch).toMatchObject({ status: 'completed', completed_tables: 120 });
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
  // Setting up head office is in it, too.
  expect(roundTrips.waits.length, roundTrips.waits.join('\n')).toBeLessThanOrEqual(26);
});

test('a batch in which 12 of 120 tables have changed waits for few answers of head office', async () => {
  await using pair = await freshDatabases({ sourceServer });
  await atBranch(pair, MANY);
  await settled(pair.source);
  const roundTrips = { source: new RoundTrips(), central: new RoundTrips() };
  await using source = await startProxy(pair.source, roundTrips.source.observe);
  await using central = await startProxy(pair.central, roundTrips.central.observe);
  using home = makeHome(pair, { connection: { port: source.port }, central: { port: central.port } });
  await using engine = home.open();
  expect((await sync(engine)).batch.status).toBe('completed');
  await sync(engine);
  await atBranch(
    pair,
    `DO $$ BEGIN FOR n IN 1..12 LOOP
       EXECUTE format('UPDATE c_document_%s SET isactive = ''N'' WHERE c_document_id <= 10', n);
     END LOOP; END $$`,
  );
  for (const one of Object.values(roundTrips)) one.reset();

  const { batch, table } = await sync(engine);

  expect(batch).toMatchObject({ status: 'completed', completed_tables: 120 });
  expect(table('c_document_7')).toMatchObject({ strategy: 'changes', records_processed: 10 });
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
  const { waits } = roundTrips.central;
  expect(waits.length, waits.join('\n')).toBeLessThanOrEqual(8);
});

const ITEM = [
  'CREATE TABLE item (id int PRIMARY KEY, note text)',
  "INSERT INTO item VALUES (1, 'a'), (2, 'b')",
  'CREATE TABLE calm (id int PRIMARY KEY, note text)',
  "INSERT INTO calm VALUES (1, 'a')",
];

/** Two batches: the second has read both sides as they are, and found nothing to do. */
async function warm(engine: Engine): Promise<void> {
  await sync(engine);
  const { batch } = await sync(engine);
  expect(strategyOf(engine, batch.batch_id, 'item')).toEqual(['changes', 'row_versions']);
}

test('a column that the branch adds is followed although its shape was remembered', async () => {
  await using pair = await freshDatabases({ sourceServer });
  await atBranch(pair, ...ITEM);
  using home = makeHome(pair);
  await using engine = home.open();
  await warm(engine);
  await atBranch(pair, "ALTER TABLE item ADD COLUMN city text DEFAULT 'Metro'");

  const { batch } = await sync(engine);

  expect(strategyOf(engine, batch.batch_id, 'item')).toEqual(['compare', 'shape_changed']);
  expect(strategyOf(engine, batch.batch_id, 'calm')).toEqual(['changes', 'row_versions']);
  expect(await fromCentral(pair, 'SELECT id, note, city FROM item ORDER BY 1')).toEqual([
    ['1', 'a', 'Metro'],
    ['2', 'b', 'Metro'],
  ]);
});

test('a column that head office drops is made and filled again although its shape was remembered', async () => {
  await using pair = await freshDatabases({ sourceServer });
  await atBranch(pair, ...ITEM);
  using home = makeHome(pair);
  await using engine = home.open();
  await warm(engine);
  await atCentral(pair, 'ALTER TABLE item DROP COLUMN note');

  const { batch } = await sync(engine);

  expect(batch.status).toBe('completed');
  expect(await fromCentral(pair, 'SELECT id, note FROM item ORDER BY 1')).toEqual([
    ['1', 'a'],
    ['2', 'b'],
  ]);
});

/** Does something with what the journal remembers of the catalogues. */
function atCache<T>(home: Home, work: (db: Database.Database) => T): T {
  const db = new Database(join(home.folder, 'journal.db'));
  try {
    return work(db);
  } finally {
    db.close();
  }
}

test.each([
  ['damaged', "UPDATE shape_cache SET facts = replace(facts, 'note', 'nota')"],
  ['cut short', 'UPDATE shape_cache SET facts = substr(facts, 1, 20)'],
  [
    "one table's for another's",
    `UPDATE shape_cache AS c SET facts = (SELECT facts FROM shape_cache WHERE side = c.side AND name <> c.name)`,
  ],
  ['lost', 'DELETE FROM shape_cache'],
  ['gone with its table', 'DROP TABLE shape_cache'],
])('what is remembered may be %s: the batch goes as if nothing were', async (_how, statement) => {
  await using pair = await freshDatabases({ sourceServer });
  await atBranch(pair, ...ITEM);
  using home = makeHome(pair);
  await using engine = home.open();
  await warm(engine);
  atCache(home, (db) => db.exec(statement));
  await atBranch(pair, "UPDATE item SET note = 'A' WHERE id = 1");

  const { batch, table } = await sync(engine);

  expect(batch.status).toBe('completed');
  expect(table('item')).toMatchObject({ strategy: 'changes', records_processed: 1 });
  expect(table('calm')).toMatchObject({ strategy: 'changes', records_processed: 0 });
});

test('two branches whose tables have the same names are remembered apart', async () => {
  await using lampung = await freshDatabases({ sourceServer });
  await using bandung = await freshDatabases({ sourceServer });
  await atBranch(lampung, ...ITEM);
  await atBranch(bandung, ...ITEM, 'ALTER TABLE item ADD COLUMN city text');
  using home = makeHome(lampung, { central: { layout: 'schema' } });
  const { host, port, database, user, password } = bandung.source;
  appendFileSync(join(home.folder, 'pgpass'), `*:*:${database}:*:${password}\n`);
  const file = JSON.parse(readFileSync(settingsFile(home.folder), 'utf8'));
  file.connections.push({ ...file.connections[0], id: 'pgsql_bdg', host, port, database, user });
  writeFileSync(settingsFile(home.folder), JSON.stringify(file));
  await using engine = home.open();
  await warm(engine);

  const cities = `SELECT connection, facts LIKE '%"city"%' FROM shape_cache
    WHERE side = 'source' AND kind = 'table' AND name = 'item' ORDER BY connection`;
  const kept = (): unknown => atCache(home, (db) => db.prepare(cities).raw().all());
  const apart = [
    ['pgsql_bdg', 1],
    ['pgsql_lmp', 0],
  ];
  expect(kept()).toEqual(apart);
  atCache(home, (db) =>
    db.exec(`DELETE FROM shape_cache WHERE side = 'central';
      UPDATE shape_cache SET connection = 'other' WHERE connection = 'pgsql_bdg';
      UPDATE shape_cache SET connection = 'pgsql_bdg' WHERE connection = 'pgsql_lmp';
      UPDATE shape_cache SET connection = 'pgsql_lmp' WHERE connection = 'other'`),
  );
  await atBranch(lampung, "UPDATE item SET note = 'A' WHERE id = 1");
  await atBranch(bandung, "UPDATE item SET city = 'Bandung'");

  const { batch } = await sync(engine);

  expect(batch).toMatchObject({ status: 'completed', total_tables: 4 });
  expect(kept()).toEqual(apart);
  expect(await fromCentral(lampung, 'SELECT id, note FROM pgsql_lmp.item ORDER BY 1')).toEqual([
    ['1', 'A'],
    ['2', 'b'],
  ]);
  expect(await fromCentral(lampung, 'SELECT id, note, city FROM pgsql_bdg.item ORDER BY 1')).toEqual([
    ['1', 'a', 'Bandung'],
    ['2', 'b', 'Bandung'],
  ]);
});

test('a table that is asked for alone is found by any of its names, and a mistyped one is told the nearest', async () => {
  await using pair = await freshDatabases({ sourceServer });
  await atBranch(
    pair,
    'CREATE TABLE c_invoice (id int PRIMARY KEY)',
    'CREATE TABLE c_order (id int PRIMARY KEY)',
    'CREATE TABLE "M_Product.Old" (id int PRIMARY KEY)',
  );
  using home = makeHome(pair);
  await using engine = home.open();

  for (const table of ['c_invoice', 'CInvoice', 'C_INVOICE', ' cinvoice ']) {
    const outcome = await engine.syncTable({ trigger: 'cli', connection: 'pgsql_lmp', table });
    expect(outcome).toMatchObject({ table: 'c_invoice', status: 'completed' });
  }
  const { batch } = await sync(engine, { tables: ['MProductOld', 'COrder'] });
  expect(engine.batch(batch.batch_id).tables.map((row) => row.table_name)).toEqual([
    'M_Product.Old',
    'c_order',
  ]);
  await expect(sync(engine, { tables: ['COrder', 'CInvoise'] })).rejects.toMatchObject({
    code: UsageCode.TableUnknown,
    params: { table: 'CInvoise', nearest: 'CInvoice' },
  });
});
