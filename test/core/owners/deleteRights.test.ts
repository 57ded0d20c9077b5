import { expect, test } from 'vitest';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { CONNECTION, type Home, makeHome } from '../../support/home.ts';
import { verifyTable } from '../compare/support.ts';
import { holes, outcome, paste, printed, sqlIn } from '../messages/support/printed.ts';
import { asOfVersion2, withCentralOf } from './support.ts';

const ITEMS = 'CREATE TABLE item (id int PRIMARY KEY, name text)';
const NOTES = 'CREATE TABLE item (name text)';

/** A data folder that may, or may not, delete in the merged table. */
function merging(pair: DatabasePair, id: string, allowDeletes: boolean): Home {
  return makeHome(pair, {
    central: { layout: 'merge' },
    connection: { id, tables: [{ name: 'item', allowDeletes }] },
  });
}

const names = async (pair: DatabasePair) =>
  (await fromCentral(pair, 'SELECT name FROM item ORDER BY name')).flat();
const rights = (pair: DatabasePair) =>
  fromCentral(pair, 'SELECT schema_name, table_name, connection FROM branchline.delete_rights');

test('who alone writes a merged table may delete there, and whoever comes later is refused', async () => {
  await using lampung = await freshDatabases();
  await using bandung = await freshDatabases();
  await atBranch(lampung, ITEMS, "INSERT INTO item VALUES (1, 'kopi'), (2, 'teh')");
  await atBranch(bandung, ITEMS, "INSERT INTO item VALUES (3, 'gula')");
  using first = merging(lampung, CONNECTION, true);
  using asking = merging(withCentralOf(bandung, lampung), 'pgsql_bdg', true);
  using writing = merging(withCentralOf(bandung, lampung), 'pgsql_sby', false);
  await using one = first.open();
  await sync(one);
  expect(await rights(lampung)).toEqual([['public', 'item', CONNECTION]]);

  for (const home of [asking, writing]) {
    await using other = home.open();
    const { batch, table } = await sync(other);
    const text = printed(other, batch.batch_id);
    expect(table('item').error_code).toBe('central_deletes_owned');
    expect(text).toContain(`${CONNECTION} (computer `);
    expect(holes(other, batch.batch_id)).toEqual([]);
    expect(await verifyTable(other, 'item', true)).toMatchObject({
      result: 'failed',
      failure: { code: 'central_deletes_owned' },
    });
  }
  expect(await names(lampung)).toEqual(['kopi', 'teh']);

  await atBranch(lampung, 'DELETE FROM item WHERE id = 1');
  expect((await sync(one)).table('item').records_deleted).toBe(1);
  expect(await names(lampung)).toEqual(['teh']);
});

test('the SQL that takes the right away runs as printed, and its former owner is refused as long as it asks', async () => {
  await using lampung = await freshDatabases();
  await using bandung = await freshDatabases();
  await atBranch(lampung, ITEMS, "INSERT INTO item VALUES (1, 'kopi')");
  await atBranch(bandung, ITEMS, "INSERT INTO item VALUES (3, 'gula')");
  using first = merging(lampung, CONNECTION, true);
  using second = merging(withCentralOf(bandung, lampung), 'pgsql_bdg', false);
  await using one = first.open();
  await using other = second.open();
  await sync(one);
  const refused = await sync(other);

  await paste(lampung.central, sqlIn(printed(other, refused.batch.batch_id)));

  expect(await outcome(other)).toBe('completed');
  expect(await names(lampung)).toEqual(['gula', 'kopi']);
  const { batch, table } = await sync(one);
  const text = printed(one, batch.batch_id);
  expect(table('item').error_code).toBe('central_deletes_shared');
  expect(text).toContain('pgsql_bdg has written there too');
  expect(holes(one, batch.batch_id)).toEqual([]);
  // Looking is free, and holds none of the others' rows for surplus.
  expect(await verifyTable(one, 'item')).toMatchObject({ result: 'equal', extra_rows: 0 });
  expect(await verifyTable(one, 'item', true)).toMatchObject({
    failure: { code: 'central_deletes_shared' },
  });
  expect(await names(lampung)).toEqual(['gula', 'kopi']);

  await paste(lampung.central, sqlIn(text));
  expect(await outcome(one)).toBe('completed');
  expect(await names(lampung)).toEqual(['kopi']);
});

test('whoever gives up the right lets others in', async () => {
  await using lampung = await freshDatabases();
  await using bandung = await freshDatabases();
  await atBranch(lampung, ITEMS, "INSERT INTO item VALUES (1, 'kopi')");
  await atBranch(bandung, ITEMS, "INSERT INTO item VALUES (3, 'gula')");
  const lampungs = async (allowDeletes: boolean): Promise<string> => {
    using home = merging(lampung, CONNECTION, allowDeletes);
    await using engine = home.open();
    await atCentral(lampung, "UPDATE branchline.sources SET heartbeat = NULL WHERE connection = 'pgsql_lmp'");
    return await outcome(engine);
  };
  {
    using home = merging(lampung, CONNECTION, true);
    await using engine = home.open();
    await sync(engine);
  }
  expect(await lampungs(false)).toBe('completed');
  expect(await rights(lampung)).toEqual([]);

  using second = merging(withCentralOf(bandung, lampung), 'pgsql_bdg', false);
  await using other = second.open();
  expect(await outcome(other)).toBe('completed');
  expect(await names(lampung)).toEqual(['gula', 'kopi']);
  expect(await lampungs(true)).toContain('pgsql_bdg has written there too');
});

test('a table without a key is replaced in a merged table by its only writer alone', async () => {
  await using lampung = await freshDatabases();
  await using bandung = await freshDatabases();
  await atBranch(lampung, NOTES, "INSERT INTO item VALUES ('kopi'), ('kopi')");
  await atBranch(bandung, NOTES, "INSERT INTO item VALUES ('gula')");
  using first = merging(lampung, CONNECTION, true);
  using second = merging(withCentralOf(bandung, lampung), 'pgsql_bdg', true);
  await using one = first.open();
  await using other = second.open();

  expect(await outcome(one)).toBe('completed');
  expect((await sync(other)).table('item').error_code).toBe('central_deletes_owned');
  await atBranch(lampung, "INSERT INTO item VALUES ('teh')");
  expect(await outcome(one)).toBe('completed');
  expect(await names(lampung)).toEqual(['kopi', 'kopi', 'teh']);
});

test('of two that begin at the same time nobody loses rows', async () => {
  await using lampung = await freshDatabases();
  await using bandung = await freshDatabases();
  await atBranch(lampung, ITEMS, "INSERT INTO item VALUES (1, 'kopi')");
  await atBranch(bandung, ITEMS, "INSERT INTO item VALUES (3, 'gula')");
  await atCentral(lampung, ITEMS, 'ALTER TABLE item OWNER TO branchline');
  using first = merging(lampung, CONNECTION, true);
  using second = merging(withCentralOf(bandung, lampung), 'pgsql_bdg', false);
  await using one = first.open();
  await using other = second.open();

  const [ours, theirs] = await Promise.all([sync(one), sync(other)]);

  const completed = [ours, theirs].filter(({ batch }) => batch.status === 'completed');
  expect(completed).toHaveLength(1);
  expect(await names(lampung)).toEqual(completed[0] === ours ? ['kopi'] : ['gula']);
});

test('the right holds for a schema: the same table in another one is another table', async () => {
  await using lampung = await freshDatabases();
  await using bandung = await freshDatabases();
  await atBranch(lampung, ITEMS, "INSERT INTO item VALUES (1, 'kopi')");
  await atBranch(bandung, ITEMS, "INSERT INTO item VALUES (3, 'gula')");
  using first = merging(lampung, CONNECTION, true);
  using second = makeHome(withCentralOf(bandung, lampung), {
    central: { layout: 'merge', schema: 'east' },
    connection: { id: 'pgsql_bdg', tables: [{ name: 'item', allowDeletes: true }] },
  });
  await using one = first.open();
  await using other = second.open();

  expect(await outcome(one)).toBe('completed');
  expect(await outcome(other)).toBe('completed');
  expect(await outcome(one)).toBe('completed');
});

test('layout stamp needs no right: rows say whose they are', async () => {
  await using lampung = await freshDatabases();
  await using bandung = await freshDatabases();
  await atBranch(lampung, ITEMS, "INSERT INTO item VALUES (1, 'kopi')");
  await atBranch(bandung, ITEMS, "INSERT INTO item VALUES (1, 'gula')");
  const tables = [{ name: 'item', allowDeletes: true }];
  using first = makeHome(lampung, { connection: { tables } });
  using second = makeHome(withCentralOf(bandung, lampung), { connection: { id: 'pgsql_bdg', tables } });
  await using one = first.open();
  await using other = second.open();

  expect(await outcome(one)).toBe('completed');
  expect(await outcome(other)).toBe('completed');
  expect(await rights(lampung)).toEqual([]);
});

test('where a head office of version 2 has two writers, the one that asks to delete is refused', async () => {
  await using lampung = await freshDatabases();
  await using bandung = await freshDatabases();
  await atBranch(lampung, ITEMS, "INSERT INTO item VALUES (1, 'kopi')");
  await atBranch(bandung, ITEMS, "INSERT INTO item VALUES (3, 'gula')");
  {
    using before = merging(lampung, CONNECTION, false);
    await using engine = before.open();
    await sync(engine);
  }
  using second = merging(withCentralOf(bandung, lampung), 'pgsql_bdg', true);
  await using other = second.open();
  await asOfVersion2(lampung);

  expect((await sync(other)).table('item').error_code).toBe('central_deletes_shared');
  expect(await names(lampung)).toEqual(['kopi']);
});
