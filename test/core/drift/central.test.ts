import { expect, test } from 'vitest';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { freshDatabases } from '../../support/databases.ts';
import { CONNECTION, listen, makeHome } from '../../support/home.ts';

const ITEM = [
  'CREATE TABLE item (id int PRIMARY KEY, name text)',
  "INSERT INTO item VALUES (1, 'kopi'), (2, 'teh')",
];
const ROWS = [
  [CONNECTION, '1', 'kopi'],
  [CONNECTION, '2', 'teh'],
];

test('a table that head office has dropped is made and filled again, though nothing changed at the branch', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...ITEM);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await sync(engine);
  await atCentral(pair, 'DROP TABLE item');

  const { table } = await sync(engine);

  expect(table('item')).toMatchObject({ status: 'completed', records_processed: 2 });
  expect(await fromCentral(pair, 'SELECT * FROM item ORDER BY id')).toEqual(ROWS);
});

test('a column that head office has dropped comes back with its values', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...ITEM);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await sync(engine);
  await atCentral(pair, 'ALTER TABLE item DROP COLUMN name');

  await sync(engine);

  expect(await fromCentral(pair, 'SELECT source_connection, id, name FROM item ORDER BY id')).toEqual(ROWS);
});

test('a column that another branch has brought back is filled for this branch too', async () => {
  await using lampung = await freshDatabases();
  await using bandung = await freshDatabases();
  const nothing = async () => {};
  const shared = {
    source: bandung.source,
    central: lampung.central,
    drop: nothing,
    [Symbol.asyncDispose]: nothing,
  };
  await atBranch(lampung, ...ITEM);
  await atBranch(bandung, 'CREATE TABLE item (id int PRIMARY KEY, name text)');
  using first = makeHome(lampung);
  using second = makeHome(shared, { connection: { id: 'pgsql_bdg' } });
  await using one = first.open();
  await using other = second.open();
  await sync(one);
  await sync(other);
  await atCentral(lampung, 'ALTER TABLE item DROP COLUMN name');

  await sync(other);
  await sync(one);

  expect(await fromCentral(lampung, 'SELECT source_connection, id, name FROM item ORDER BY id')).toEqual(
    ROWS,
  );
});

test('a column that head office has added for itself is left alone', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...ITEM);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atCentral(pair, "ALTER TABLE item ADD COLUMN checked text NOT NULL DEFAULT 'no'");
  await atBranch(
    pair,
    "UPDATE item SET name = 'kopi susu' WHERE id = 1",
    "INSERT INTO item VALUES (3, 'gula')",
  );

  expect((await sync(engine)).table('item')).toMatchObject({ error_message: null, status: 'completed' });
  expect(await fromCentral(pair, 'SELECT id, name, checked FROM item ORDER BY id')).toEqual([
    ['1', 'kopi susu', 'no'],
    ['2', 'teh', 'no'],
    ['3', 'gula', 'no'],
  ]);
});

test('a column that head office computes itself is told, and what differs in it is not called equal', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...ITEM);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atCentral(
    pair,
    'ALTER TABLE item DROP COLUMN name',
    "ALTER TABLE item ADD COLUMN name text GENERATED ALWAYS AS ('x' || id) STORED",
  );
  const events = listen(engine);

  const { table } = await sync(engine);
  const verified = await engine.verify({ trigger: 'cli' });

  expect(table('item').status).toBe('completed');
  const notices = events.flatMap((one) => (one.type === 'notice' ? [one.notice] : []));
  expect(notices).toEqual([{ code: 'computed_at_central', params: { columns: 'name' } }]);
  expect(verified.tables).toMatchObject([{ result: 'differs', different_rows: 2 }]);

  await atCentral(
    pair,
    'ALTER TABLE item DROP COLUMN name',
    "ALTER TABLE item ADD COLUMN name text GENERATED ALWAYS AS (CASE id WHEN 1 THEN 'kopi' ELSE 'teh' END) STORED",
  );
  await sync(engine);
  expect((await engine.verify({ trigger: 'cli' })).tables).toMatchObject([{ result: 'equal' }]);
});
