import { expect, test } from 'vitest';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases, settled } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import { verifyTable } from './support.ts';

const ITEMS = 'CREATE TABLE item (id integer PRIMARY KEY, name text)';

/** Another branch with the same head office. */
function withCentralOf(branch: DatabasePair, other: DatabasePair): DatabasePair {
  return { ...branch, central: other.central, [Symbol.asyncDispose]: async () => {} };
}

test('layout stamp compares and mends the rows of its own branch alone', async () => {
  await using lampung = await freshDatabases();
  await using bandung = await freshDatabases();
  for (const [pair, name] of [[lampung, 'kopi'] as const, [bandung, 'gula'] as const])
    await atBranch(pair, ITEMS, `INSERT INTO item SELECT n, '${name}' || n FROM generate_series(1, 30000) n`);
  await settled(lampung.source);
  using first = makeHome(lampung);
  using second = makeHome(withCentralOf(bandung, lampung), { connection: { id: 'pgsql_bdg' } });
  await using one = first.open();
  await using other = second.open();
  await sync(one);
  await sync(other);
  await atCentral(lampung, "UPDATE item SET name = 'x' WHERE id = 7 AND source_connection = 'pgsql_bdg'");

  expect(await verifyTable(one, 'item')).toMatchObject({ result: 'equal', central_rows: 30000 });
  expect(await verifyTable(other, 'item', true)).toMatchObject({ result: 'repaired', repaired_rows: 1 });
  expect(await fromCentral(lampung, 'SELECT name FROM item WHERE id = 7 ORDER BY 1')).toEqual([
    ['gula7'],
    ['kopi7'],
  ]);
});

test('layout merge ignores rows of other branches, and counts keys that two branches have', async () => {
  await using lampung = await freshDatabases();
  await using bandung = await freshDatabases();
  await atBranch(
    lampung,
    ITEMS,
    "INSERT INTO item SELECT n * 2, 'kopi' || n FROM generate_series(1, 20000) n",
  );
  await atBranch(
    bandung,
    ITEMS,
    "INSERT INTO item SELECT n * 2 + 1, 'gula' || n FROM generate_series(1, 20000) n",
    "INSERT INTO item VALUES (8, 'gula'), (10, 'gula')",
  );
  await settled(lampung.source);
  using first = makeHome(lampung, { central: { layout: 'merge' } });
  using second = makeHome(withCentralOf(bandung, lampung), {
    central: { layout: 'merge' },
    connection: { id: 'pgsql_bdg' },
  });
  await using one = first.open();
  await using other = second.open();
  await sync(one);
  await sync(other);

  expect(await verifyTable(other, 'item')).toMatchObject({
    result: 'equal',
    source_rows: 20002,
    central_rows: 40000,
  });
  const found = await verifyTable(one, 'item');

  expect(found).toMatchObject({
    result: 'differs',
    different_rows: 2,
    collisions: 2,
    missing_rows: 0,
    extra_rows: 0,
  });
  expect([...found.examples].sort()).toEqual([['10'], ['8']]);
});

test('a table without a key is compared as a whole, and mended by replacing it', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE note (line text, part numeric)',
    "INSERT INTO note VALUES ('a', 1.0), ('a', 1.0), (NULL, 2)",
  );
  await settled(pair.source);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  expect(await verifyTable(engine, 'note')).toMatchObject({ result: 'equal', source_rows: 3 });
  await atCentral(pair, 'UPDATE note SET part = 1.00 WHERE ctid IN (SELECT min(ctid) FROM note)');
  expect(await verifyTable(engine, 'note')).toMatchObject({ result: 'differs', differing_ranges: 1 });
  expect(await verifyTable(engine, 'note', true)).toMatchObject({ result: 'repaired' });
});

test('columns whose type head office has in a wider form are compared in that form', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    "CREATE TYPE mood AS ENUM ('happy')",
    'CREATE TABLE item (id integer PRIMARY KEY, short varchar(5), amount numeric(10), rate real, flag boolean, code char(3), feel mood)',
    "INSERT INTO item VALUES (1, 'abc', 10, 0.1, true, 'x', 'happy'), (2, NULL, NULL, NULL, NULL, NULL, NULL)",
  );
  await atCentral(
    pair,
    'CREATE TABLE item (source_connection text NOT NULL, id bigint NOT NULL, short text, amount numeric(12,2), rate double precision, flag text, code text, feel text, PRIMARY KEY (source_connection, id))',
    'ALTER TABLE item OWNER TO branchline',
  );
  await settled(pair.source);
  using home = makeHome(pair);
  await using engine = home.open();
  expect((await sync(engine)).table('item').status).toBe('completed');
  expect(await verifyTable(engine, 'item')).toMatchObject({ result: 'equal', left_out: [] });
});

test('a column that head office lacks is named, and the table is not called equal', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ITEMS, "INSERT INTO item VALUES (1, 'a')");
  await settled(pair.source);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atBranch(pair, 'ALTER TABLE item ADD COLUMN colour text');
  expect(await verifyTable(engine, 'item')).toMatchObject({
    result: 'not_compared',
    reason: 'columns_left_out',
    left_out: ['colour'],
  });
});
