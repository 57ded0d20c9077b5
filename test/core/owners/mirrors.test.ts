import { expect, test } from 'vitest';
import { atBranch, fromCentral, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { CONNECTION, type Home, type HomeOptions, makeHome } from '../../support/home.ts';
import { verifyTable } from '../compare/support.ts';
import { holes, outcome, paste, printed, sqlIn } from '../messages/support/printed.ts';
import { asOfVersion2, copyInstallation, withCentralOf } from './support.ts';

const ITEMS = 'CREATE TABLE item (id int PRIMARY KEY, name text)';

/** Two branches, each with rows of its own. */
async function twoBranches(lampung: DatabasePair, bandung: DatabasePair): Promise<void> {
  await atBranch(lampung, ITEMS, "INSERT INTO item VALUES (1, 'kopi'), (2, 'teh')");
  await atBranch(bandung, ITEMS, "INSERT INTO item VALUES (3, 'gula')");
}

function lampungHome(pair: DatabasePair, options: HomeOptions = {}): Home {
  const connection = { targetSchema: 'mirror', ...options.connection };
  return makeHome(pair, { central: { layout: 'schema', ...options.central }, connection });
}

function bandungHome(lampung: DatabasePair, bandung: DatabasePair, options: HomeOptions = {}): Home {
  const connection = { id: 'pgsql_bdg', label: 'Bandung', ...options.connection };
  return lampungHome(withCentralOf(bandung, lampung), { ...options, connection });
}

const inMirror = (pair: DatabasePair) => fromCentral(pair, 'SELECT id, name FROM mirror.item ORDER BY id');
const LAMPUNG_ROWS = [
  ['1', 'kopi'],
  ['2', 'teh'],
];

test('a mirror that another data folder has already is refused before anything is written', async () => {
  await using lampung = await freshDatabases();
  await using bandung = await freshDatabases();
  await twoBranches(lampung, bandung);
  await atBranch(bandung, 'CREATE TABLE only_here (id int PRIMARY KEY)');
  using first = lampungHome(lampung);
  using second = bandungHome(lampung, bandung);
  await using one = first.open();
  await using other = second.open();
  await sync(one);

  const { batch, table } = await sync(other);
  const text = printed(other, batch.batch_id);

  expect(batch.status).toBe('failed');
  expect(table('item').error_code).toBe('central_schema_owned');
  expect(text).toContain(`The schema mirror at head office is that of ${CONNECTION} (computer `);
  const [[installation] = []] = await fromCentral(
    lampung,
    `SELECT installation FROM branchline.sources WHERE connection = '${CONNECTION}'`,
  );
  expect(text.replaceAll(/\s+/g, ' ')).toContain(`installation ${installation}`);
  expect(text).toContain('"targetSchema"');
  expect(holes(other, batch.batch_id)).toEqual([]);
  expect(await inMirror(lampung)).toEqual(LAMPUNG_ROWS);
  expect(await fromCentral(lampung, "SELECT to_regclass('mirror.only_here')")).toEqual([[null]]);
  await expect(verifyTable(other, 'item', true)).resolves.toMatchObject({
    result: 'failed',
    failure: { code: 'central_schema_owned' },
  });
  expect(await inMirror(lampung)).toEqual(LAMPUNG_ROWS);

  using apart = bandungHome(lampung, bandung, { connection: { targetSchema: 'bandung' } });
  await using another = apart.open();
  expect(await outcome(another)).toBe('completed');
  expect((await sync(one)).batch.status).toBe('completed');
});

test('the SQL that releases a schema runs as printed, and its former owner is refused from then on', async () => {
  await using lampung = await freshDatabases();
  await using bandung = await freshDatabases();
  await twoBranches(lampung, bandung);
  using first = lampungHome(lampung);
  using second = bandungHome(lampung, bandung);
  await using one = first.open();
  await using other = second.open();
  await sync(one);
  const refused = await sync(other);

  await paste(lampung.central, sqlIn(printed(other, refused.batch.batch_id)));

  expect(await outcome(other)).toBe('completed');
  expect(await inMirror(lampung)).toEqual([['3', 'gula']]);
  expect((await sync(one)).table('item').error_detail).toMatchObject({
    code: 'central_schema_owned',
    params: { other: 'pgsql_bdg' },
  });
  expect(await inMirror(lampung)).toEqual([['3', 'gula']]);
});

test('of two data folders that begin at the same time one gets the schema', async () => {
  await using lampung = await freshDatabases();
  await using bandung = await freshDatabases();
  await twoBranches(lampung, bandung);
  using first = lampungHome(lampung);
  using second = bandungHome(lampung, bandung);
  await using one = first.open();
  await using other = second.open();

  const ends = await Promise.all([sync(one), sync(other)]);

  expect(ends.map(({ batch }) => batch.status).sort()).toEqual(['completed', 'failed']);
});

test.each(['stamp', 'merge', 'auto'])(
  'a mirror and a shared schema (layout %s) keep out of each other, whoever was first',
  async (layout) => {
    await using lampung = await freshDatabases();
    await using bandung = await freshDatabases();
    await twoBranches(lampung, bandung);
    const shared = { central: { layout, schema: 'mirror' } };
    using mirror = lampungHome(lampung);
    using second = bandungHome(lampung, bandung, shared);
    await using one = mirror.open();
    await using other = second.open();
    await sync(one);
    expect((await sync(other)).table('item').error_code).toBe('central_schema_owned');
    expect(await inMirror(lampung)).toEqual(LAMPUNG_ROWS);

    await using yogya = await freshDatabases();
    await using solo = await freshDatabases();
    await twoBranches(yogya, solo);
    using firstShared = bandungHome(yogya, solo, shared);
    using late = lampungHome(yogya);
    await using sharing = firstShared.open();
    await using mirroring = late.open();
    expect(await outcome(sharing)).toBe('completed');
    expect((await sync(mirroring)).table('item').error_code).toBe('central_schema_owned');
    expect(await inMirror(yogya)).toEqual([['3', 'gula']]);
  },
);

test('two connections share a schema in the layouts that are made for it', async () => {
  await using lampung = await freshDatabases();
  await using bandung = await freshDatabases();
  await twoBranches(lampung, bandung);
  const shared = { central: { layout: 'auto' } };
  using first = lampungHome(lampung, shared);
  using second = bandungHome(lampung, bandung, shared);
  await using one = first.open();
  await using other = second.open();

  expect(await outcome(one)).toBe('completed');
  expect(await outcome(other)).toBe('completed');
});

test('a connection that goes elsewhere lets its schema go', async () => {
  await using lampung = await freshDatabases();
  await using bandung = await freshDatabases();
  await twoBranches(lampung, bandung);
  using first = lampungHome(lampung);
  {
    await using one = first.open();
    await sync(one);
  }
  using moved = lampungHome(lampung, { connection: { targetSchema: 'lampung' } });
  using second = bandungHome(lampung, bandung);
  await using other = second.open();
  copyInstallation(first, moved);
  await using one = moved.open();

  expect(await outcome(one)).toBe('completed');
  expect(await outcome(other)).toBe('completed');
  expect(await inMirror(lampung)).toEqual([['3', 'gula']]);
});

test('a connection that is given another id goes on with its schema', async () => {
  await using pair = await freshDatabases();
  await using bandung = await freshDatabases();
  await twoBranches(pair, bandung);
  using before = lampungHome(pair);
  {
    await using engine = before.open();
    await sync(engine);
  }
  await atBranch(pair, 'DELETE FROM item WHERE id = 1');
  using renamed = lampungHome(pair, { connection: { id: 'lampung' } });
  copyInstallation(before, renamed);
  await using engine = renamed.open();

  expect(await outcome(engine)).toBe('completed');
  expect(await inMirror(pair)).toEqual([['2', 'teh']]);

  // Another source is no renamed connection, also where one data folder has had both.
  using swapped = bandungHome(pair, bandung);
  copyInstallation(before, swapped);
  await using other = swapped.open();
  expect((await sync(other)).table('item').error_detail).toMatchObject({
    code: 'central_schema_owned',
    params: { other: 'lampung' },
  });
  expect(await inMirror(pair)).toEqual([['2', 'teh']]);
});

test('head office of version 2 is brought up to date without a question', async () => {
  await using lampung = await freshDatabases();
  await using bandung = await freshDatabases();
  await twoBranches(lampung, bandung);
  using first = lampungHome(lampung);
  using second = bandungHome(lampung, bandung);
  await using one = first.open();
  await using other = second.open();
  await sync(one);
  await asOfVersion2(lampung);

  // Looking changes nothing at head office.
  expect(await verifyTable(one, 'item')).toMatchObject({ result: 'equal' });
  expect(await fromCentral(lampung, 'SELECT max(version) FROM branchline.setup')).toEqual([['2']]);

  expect((await sync(one)).table('item')).toMatchObject({ status: 'completed', records_processed: 0 });
  expect(
    await fromCentral(lampung, 'SELECT connection, layout, target_schema FROM branchline.sources'),
  ).toEqual([[CONNECTION, 'schema', 'mirror']]);
  expect((await sync(other)).table('item').error_code).toBe('central_schema_owned');
});
