import { expect, test } from 'vitest';
import { atBranch, fromCentral, sync } from '../../support/branch.ts';
import { differences } from '../../support/compare.ts';
import { freshDatabases } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';

const ORDERS = [
  'CREATE TABLE orders (id int PRIMARY KEY, updated timestamptz, note text)',
  "INSERT INTO orders SELECT n, timestamptz '2025-11-08 08:00' + n * interval '1 minute', 'first' FROM generate_series(1, 1000) n",
  'CREATE INDEX ON orders (updated)',
];
const BY_UPDATED = {
  tables: [{ name: 'orders', strategy: 'cursor', cursor: { column: 'updated', overlapMinutes: 30 } }],
};

test('strategy cursor reads what is newer than the last pass, less the overlap', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...ORDERS);
  using home = makeHome(pair, { connection: BY_UPDATED });
  await using engine = home.open();
  expect((await sync(engine)).table('orders')).toMatchObject({ strategy: 'full', records_processed: 1000 });
  await atBranch(
    pair,
    "INSERT INTO orders VALUES (2000, '2025-11-09 09:00', 'new')",
    "UPDATE orders SET note = 'late clock', updated = (SELECT max(updated) - interval '25 minutes' FROM orders WHERE id <= 1000) WHERE id = 1",
    "UPDATE orders SET note = 'no time', updated = NULL WHERE id = 2",
  );

  const { table } = await sync(engine);

  expect(table('orders')).toMatchObject({
    strategy: 'cursor',
    records_processed: 3,
    records_skipped: 31,
    records_deleted: 0,
  });
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
});

test('strategy cursor says nothing of removed rows', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...ORDERS);
  using home = makeHome(pair, { connection: BY_UPDATED });
  await using engine = home.open();
  await sync(engine);
  await atBranch(pair, 'DELETE FROM orders WHERE id = 5');

  const { table } = await sync(engine);

  expect(table('orders')).toMatchObject({ strategy: 'cursor', records_deleted: 0 });
  expect(await fromCentral(pair, 'SELECT count(*) FROM orders')).toEqual([['1000']]);
});

test('a cursor of a type of the branch’s own is compared by PostgreSQL’s operators, also where the type has its own', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    "CREATE TYPE step AS ENUM ('a', 'b', 'c')",
    'CREATE TABLE orders (id int PRIMARY KEY, at step)',
    "INSERT INTO orders VALUES (1, 'a'), (2, 'b')",
    "CREATE FUNCTION never(step, step) RETURNS boolean LANGUAGE sql AS 'SELECT false'",
    'CREATE OPERATOR >= (LEFTARG = step, RIGHTARG = step, FUNCTION = never)',
  );
  const tables = [{ name: 'orders', strategy: 'cursor', cursor: { column: 'at' } }];
  using home = makeHome(pair, { connection: { tables } });
  await using engine = home.open();
  await sync(engine);
  await atBranch(pair, "INSERT INTO orders VALUES (3, 'c')");

  expect((await sync(engine)).table('orders')).toMatchObject({ strategy: 'cursor', records_processed: 1 });
});
