import { expect, test } from 'vitest';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { differences } from '../../support/compare.ts';
import { freshDatabases } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';

const ITEMS = 'CREATE TABLE item (id numeric(10) PRIMARY KEY, name text, price numeric)';

test('layout stamp keeps two branches with the same keys apart in one table', async () => {
  await using lampung = await freshDatabases();
  await using bandung = await freshDatabases();
  await atBranch(lampung, ITEMS, "INSERT INTO item VALUES (1, 'kopi', 1.10), (2, 'teh', 2)");
  await atBranch(bandung, ITEMS, "INSERT INTO item VALUES (1, 'gula', 3)");
  const shared = {
    source: bandung.source,
    central: lampung.central,
    drop: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
  using first = makeHome(lampung);
  using second = makeHome(shared, { connection: { id: 'pgsql_bdg' } });
  await using one = first.open();
  await using other = second.open();

  await sync(one);
  await sync(other);
  await atBranch(bandung, 'DELETE FROM item');
  await sync(other);

  expect(
    await fromCentral(lampung, 'SELECT source_connection, id, name, price FROM item ORDER BY 1, 2'),
  ).toEqual([
    [CONNECTION, '1', 'kopi', '1.10'],
    [CONNECTION, '2', 'teh', '2'],
  ]);
});

test('layout schema mirrors a branch in a schema of its own', async () => {
  await using pair = await freshDatabases({ scale: 0.02 });
  using home = makeHome(pair, { central: { layout: 'schema' } });
  await using engine = home.open();

  const { batch } = await sync(engine);

  expect(batch.status).toBe('completed');
  expect(await differences(pair, { centralSchema: CONNECTION })).toEqual([]);
});

test('layout merge, taken for a table that head office has already, keeps rows that the branch deletes', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ITEMS, "INSERT INTO item VALUES (1, 'kopi', 1), (2, 'teh', 2)");
  await atCentral(
    pair,
    ITEMS,
    "INSERT INTO item VALUES (2, 'old', 0), (9, 'other branch', 9)",
    'ALTER TABLE item OWNER TO branchline',
  );
  using home = makeHome(pair);
  await using engine = home.open();

  const first = await sync(engine);
  await atBranch(pair, 'DELETE FROM item WHERE id = 1');
  const second = await sync(engine);

  expect(first.table('item')).toMatchObject({ strategy: 'full', records_processed: 2 });
  expect(second.table('item')).toMatchObject({
    strategy: 'changes',
    records_processed: 0,
    records_deleted: 0,
  });
  expect(await fromCentral(pair, 'SELECT id, name FROM item ORDER BY id')).toEqual([
    ['1', 'kopi'],
    ['2', 'teh'],
    ['9', 'other branch'],
  ]);
  expect(engine.log().some((line) => line.event === 'deletes_off')).toBe(true);
});

test('layout merge removes rows where a person has let it', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ITEMS, "INSERT INTO item VALUES (1, 'kopi', 1), (2, 'teh', 2)");
  using home = makeHome(pair, {
    central: { layout: 'merge' },
    connection: { tables: [{ name: 'item', allowDeletes: true }] },
  });
  await using engine = home.open();
  await sync(engine);

  await atBranch(pair, 'DELETE FROM item WHERE id = 1');
  const { table } = await sync(engine);

  expect(table('item').records_deleted).toBe(1);
  expect(await fromCentral(pair, 'SELECT id FROM item')).toEqual([['2']]);
});

test('a table without a key is replaced whole, and refused where branches share it', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, 'CREATE TABLE note (line text)', "INSERT INTO note VALUES ('a'), ('a'), (NULL)");
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atBranch(pair, 'DELETE FROM note WHERE line IS NULL', "INSERT INTO note VALUES ('b')");
  const replaced = await sync(engine);
  expect(replaced.table('note').strategy).toBe('replace');
  expect(await fromCentral(pair, 'SELECT source_connection, line FROM note ORDER BY line')).toEqual([
    [CONNECTION, 'a'],
    [CONNECTION, 'a'],
    [CONNECTION, 'b'],
  ]);

  using merged = makeHome(pair, { central: { layout: 'merge', schema: 'merged' } });
  await using other = merged.open();
  const refused = await sync(other);
  expect(refused.table('note').error_code).toBe('replace_unsafe');
});
