import { afterAll, beforeAll, expect, test } from 'vitest';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { differences } from '../../support/compare.ts';
import type { DatabasePair } from '../../support/databases.ts';
import { freshDatabases } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';
import type { TestServer } from '../../support/servers.ts';
import { serverOf } from '../../support/versions.ts';
import { carriedDisk, exportTo, failuresOf, importFrom } from './support/carried.ts';

let old: TestServer;
beforeAll(async () => {
  old = await serverOf(15);
}, 120_000);
afterAll(() => old.remove());

/** Head office's own settings: it knows no branch. */
function officeOf(pair: DatabasePair, central: Readonly<Record<string, unknown>> = {}) {
  return makeHome(pair, { connection: { id: 'another', enabled: false }, central });
}

test('a first load is carried on a disk, and the next sync sends only what has changed since', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE item (id int PRIMARY KEY, note text)',
    "INSERT INTO item SELECT n, 'note ' || n FROM generate_series(1, 5000) n",
    'CREATE TABLE log (at timestamptz, line text)',
    "INSERT INTO log SELECT '2026-01-01', 'line ' || n FROM generate_series(1, 300) n",
    'CREATE TABLE nothing (id int PRIMARY KEY)',
  );
  using branch = makeHome(pair);
  using office = officeOf(pair);
  using disk = carriedDisk();
  await using atOffice = office.open();
  await using engine = branch.open();

  const report = await exportTo(engine, disk.file);
  expect(report).toMatchObject({ complete: true, parts: 1, tables: 3, rows: 5300, failed: [] });
  await atBranch(
    pair,
    "UPDATE item SET note = 'changed' WHERE id = 17",
    'DELETE FROM item WHERE id = 4000',
    "INSERT INTO item VALUES (6000, 'new')",
  );
  const { batch, tables } = await importFrom(atOffice, disk.file);
  expect(failuresOf(tables)).toEqual([
    ['item', null],
    ['log', null],
    ['nothing', null],
  ]);
  expect(batch.status).toBe('completed');
  expect(tables.map((one) => one.records_processed)).toEqual([5000, 300, 0]);

  // Nothing was changed at head office: the same import finds everything there.
  const again = await importFrom(atOffice, disk.file);
  expect(again.batch.status).toBe('completed');
  expect(again.tables.map((one) => one.records_processed)).toEqual([0, 0, 0]);

  const ran = await sync(engine);
  expect(ran.batch.status).toBe('completed');
  expect(ran.table('item')).toMatchObject({
    strategy: 'changes',
    records_processed: 2,
    records_deleted: 1,
  });
  expect(ran.table('log')).toMatchObject({ records_processed: 0, bytes: 0 });
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);

  // The file is older than what head office has now: it must not bring anything back.
  const late = await importFrom(atOffice, disk.file);
  expect(late.batch.status).toBe('failed');
  expect(failuresOf(late.tables)).toContainEqual(['item', 'exported_first_load_only']);
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
  expect((await sync(engine)).batch.status).toBe('completed');
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
});

test.each(['schema', 'stamp', 'merge'] as const)(
  'an ERP with all its oddities arrives in layout %s, from 15 to 18',
  async (layout) => {
    await using pair = await freshDatabases({ scale: 0.01, sourceServer: old });
    await atBranch(
      pair,
      'CREATE TABLE "a ""b"".c; DROP TABLE x --" ("Key \\ %" text PRIMARY KEY, "tab\tname" bytea, total numeric, twice numeric GENERATED ALWAYS AS (total * 2) STORED)',
      `INSERT INTO "a ""b"".c; DROP TABLE x --" SELECT E'k\\t\\\\' || n || E'\\n', decode(repeat(md5(n::text), 100), 'hex'), n FROM generate_series(1, 50) n`,
      `INSERT INTO "a ""b"".c; DROP TABLE x --" SELECT 'large', decode(repeat(md5('x'), 400000), 'hex'), 1`,
    );
    const central = { layout };
    using branch = makeHome(pair, { central });
    using office = officeOf(pair, central);
    using disk = carriedDisk();
    await using atOffice = office.open();
    await using engine = branch.open();

    const report = await exportTo(engine, disk.file);
    expect(report.failed.map((one) => [one.table, one.failure])).toEqual([]);
    const { batch, tables } = await importFrom(atOffice, disk.file);

    const failed = tables.filter((one) => one.status === 'failed');
    // Rows without a key cannot be told apart where branches share a table, on a disk as on the link.
    expect(
      failed.filter((one) => one.error_code !== 'replace_unsafe').map((one) => one.error_detail),
    ).toEqual([]);
    if (layout !== 'merge') expect(batch.status).toBe('completed');
    const where =
      layout === 'schema'
        ? { centralSchema: CONNECTION }
        : { connection: layout === 'stamp' ? CONNECTION : null };
    const skipped = new Set(failed.map((one) => one.table_name));
    const different = await differences(pair, where).catch((error: unknown) => {
      if (layout === 'merge') return [];
      throw error;
    });
    expect(different.filter((one) => !skipped.has(one.table))).toEqual([]);

    const ran = await sync(engine);
    const again = engine.batch(ran.batch.batch_id).tables;
    const compared = again.filter((one) => one.strategy === 'compare' || one.strategy === 'full');
    // Views have no row versions, so they are compared on the link as well.
    expect(compared.filter((one) => one.records_processed > 0).map((one) => one.table_name)).toEqual([]);
  },
);

test('rows that head office has already are not overwritten silently, and the next sync puts them right', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE item (id int PRIMARY KEY, note text)',
    "INSERT INTO item SELECT n, 'note ' || n FROM generate_series(1, 200) n",
  );
  using branch = makeHome(pair, { central: { layout: 'schema' } });
  using office = officeOf(pair, { layout: 'schema' });
  using disk = carriedDisk();
  await using atOffice = office.open();
  await using engine = branch.open();
  await exportTo(engine, disk.file);
  await sync(engine);
  // Head office's records are lost, and its table has a row that the branch does not know.
  await atCentral(
    pair,
    'DELETE FROM branchline.checkpoints',
    `INSERT INTO ${CONNECTION}.item VALUES (999, 'surplus')`,
  );

  const { tables } = await importFrom(atOffice, disk.file);

  expect(failuresOf(tables)).toEqual([['item', 'exported_first_load_only']]);
  expect((await sync(engine)).batch.status).toBe('completed');
  expect(await differences(pair, { centralSchema: CONNECTION })).toEqual([]);
});

test('a file of another branch, or for another place, is refused before anything is written', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, 'CREATE TABLE item (id int PRIMARY KEY)', 'INSERT INTO item VALUES (1)');
  using branch = makeHome(pair);
  using office = officeOf(pair);
  using mirror = officeOf(pair, { layout: 'schema' });
  using disk = carriedDisk();
  await using atOffice = office.open();
  await using atMirror = mirror.open();
  await using engine = branch.open();
  await exportTo(engine, disk.file);

  const other = importFrom(atOffice, disk.file, { connection: 'pgsql_bdg' });
  await expect(other).rejects.toMatchObject({
    code: 'export_connection_other',
    params: { connection: 'pgsql_bdg', found: CONNECTION },
  });
  await expect(importFrom(atMirror, disk.file)).rejects.toMatchObject({ code: 'export_place_other' });
  await expect(importFrom(atOffice, disk.file, { passphrase: 'another one' })).rejects.toMatchObject({
    code: 'export_passphrase_wrong',
  });
  expect(await fromCentral(pair, "SELECT count(*) FROM pg_namespace WHERE nspname = 'branchline'")).toEqual([
    ['0'],
  ]);
});

test('a branch whose database was replaced since the export is noticed, as ever', async () => {
  await using pair = await freshDatabases({ sourceServer: old });
  await atBranch(pair, 'CREATE TABLE item (id int PRIMARY KEY)', 'INSERT INTO item VALUES (1), (2)');
  using branch = makeHome(pair);
  using office = officeOf(pair);
  using disk = carriedDisk();
  await using atOffice = office.open();
  await using engine = branch.open();
  await exportTo(engine, disk.file);
  await importFrom(atOffice, disk.file);
  const { database } = pair.source;
  const server = await old.connect();
  await server.query(`ALTER DATABASE ${database} RENAME TO ${database}_old`);
  await server.query(`CREATE DATABASE ${database} TEMPLATE ${database}_old`);
  await server.end();

  const { batch, table } = await sync(engine);

  expect(batch.status).toBe('failed');
  expect(table('item').error_code).toBe('source_identity_changed');
  expect(await fromCentral(pair, 'SELECT count(*) FROM item')).toEqual([['2']]);
});
