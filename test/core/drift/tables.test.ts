import { expect, test } from 'vitest';
import { atBranch, fromCentral, sync } from '../../support/branch.ts';
import { freshDatabases } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';

const ITEM = ['CREATE TABLE item (id int PRIMARY KEY, name text)', "INSERT INTO item VALUES (1, 'kopi')"];

test('a table that the settings name and the branch has dropped is skipped, and keeps its rows', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...ITEM, 'CREATE TABLE good (id int PRIMARY KEY)');
  using home = makeHome(pair, { connection: { tables: ['item', 'good'] } });
  await using engine = home.open();
  await sync(engine);
  await atBranch(pair, 'DROP TABLE item');

  const { batch, table } = await sync(engine);

  expect(batch).toMatchObject({ status: 'completed', skipped_tables: 1, completed_tables: 1 });
  expect(table('item')).toMatchObject({ status: 'skipped' });
  expect(await fromCentral(pair, 'SELECT * FROM item')).toEqual([[CONNECTION, '1', 'kopi']]);
});

test('a table that appears is picked up by a pattern', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...ITEM);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atBranch(pair, 'CREATE TABLE later (id int PRIMARY KEY)', 'INSERT INTO later VALUES (1)');

  const { batch, table } = await sync(engine);

  expect(batch.total_tables).toBe(2);
  expect(table('later')).toMatchObject({ status: 'completed', records_processed: 1 });
});

test('a table dropped and made anew in another shape is followed column by column', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...ITEM);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atBranch(
    pair,
    'DROP TABLE item',
    'CREATE TABLE item (price numeric, id bigint PRIMARY KEY)',
    'INSERT INTO item VALUES (2.50, 1), (3, 2)',
  );

  expect((await sync(engine)).table('item')).toMatchObject({ error_message: null, status: 'completed' });
  expect(await fromCentral(pair, 'SELECT id, name, price FROM item ORDER BY id')).toEqual([
    ['1', 'kopi', '2.50'],
    ['2', null, '3'],
  ]);
});

test('two branches that widen a column at once never narrow it for each other', async () => {
  await using lampung = await freshDatabases();
  await using bandung = await freshDatabases();
  const nothing = async () => {};
  const shared = {
    source: bandung.source,
    central: lampung.central,
    drop: nothing,
    [Symbol.asyncDispose]: nothing,
  };
  const table = 'CREATE TABLE item (id int PRIMARY KEY, code varchar(5))';
  await atBranch(lampung, table);
  await atBranch(bandung, table);
  using first = makeHome(lampung);
  using second = makeHome(shared, { connection: { id: 'pgsql_bdg' } });
  await using one = first.open();
  await using other = second.open();
  await sync(one);
  await sync(other);
  await atBranch(
    lampung,
    'ALTER TABLE item ALTER code TYPE varchar(30)',
    `INSERT INTO item VALUES (1, repeat('x', 30))`,
  );
  await atBranch(
    bandung,
    'ALTER TABLE item ALTER code TYPE varchar(20)',
    `INSERT INTO item VALUES (1, repeat('y', 20))`,
  );

  const ends = await Promise.all([sync(one), sync(other)]);

  expect(ends.map(({ batch }) => batch.status)).toEqual(['completed', 'completed']);
  expect(await fromCentral(lampung, 'SELECT length(code) FROM item ORDER BY 1')).toEqual([['20'], ['30']]);
});
