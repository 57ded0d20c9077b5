import { expect, test } from 'vitest';
import { atCentral, sync } from '../../support/branch.ts';
import { freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import { atHeadOffice, expectSame, later, rowsAtCentral, work } from './support.ts';

const STOCK = [
  'CREATE TABLE stock (id int PRIMARY KEY, note text)',
  "INSERT INTO stock SELECT n, 'stock ' || n FROM generate_series(1, 3000) n",
];
const KEYLESS = [
  'CREATE TABLE stock (id int, note text)',
  "INSERT INTO stock SELECT n, 'stock ' || n FROM generate_series(1, 3000) n",
];

for (const [what, edit, ...more] of [
  ['removed', 'DELETE FROM stock WHERE id % 6 = 0'],
  ['truncated', 'TRUNCATE stock'],
  [
    'removed while the branch removed as many others',
    'DELETE FROM stock WHERE id <= 5',
    'DELETE FROM stock WHERE id BETWEEN 11 AND 15',
  ],
] as const) {
  test(`rows that head office has ${what} come again with the next change at the branch (A10)`, async () => {
    await using pair = await freshDatabases();
    await work(pair, ...STOCK);
    using home = makeHome(pair);
    await using engine = home.open();
    await sync(engine);
    await atCentral(pair, edit);
    await work(pair, "UPDATE stock SET note = 'changed' WHERE id = 7", ...more);

    const { table } = await sync(engine);

    expect(table('stock').status).toBe('completed');
    await expectSame(pair, 'id, note');
    const again = await sync(engine);
    expect(again.table('stock')).toMatchObject({ status: 'completed', records_processed: 0 });
  });
}

for (const [kind, tables] of [
  ['with', STOCK],
  ['without', KEYLESS],
] as const) {
  for (const strategy of [null, 'changes'] as const) {
    test(`rows of a table ${kind} a key that head office has removed come again within a day though the branch is unchanged, ${strategy ?? 'unasked'} (A10)`, async () => {
      await using pair = await freshDatabases();
      await work(pair, ...tables);
      using home = makeHome(pair);
      await using engine = home.open();
      await sync(engine);
      await atCentral(pair, 'DELETE FROM stock WHERE id <= 500');
      await later(pair);

      const { table } = await sync(engine, strategy === null ? {} : { strategy });

      expect(table('stock').status).toBe('completed');
      await expectSame(pair, 'id, note');
    });
  }
}

test('rows that head office has added go within a day though the branch is unchanged', async () => {
  await using pair = await freshDatabases();
  await work(pair, ...STOCK);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atCentral(
    pair,
    "INSERT INTO stock (source_connection, id, note) VALUES ('pgsql_lmp', 9001, 'theirs')",
  );
  await later(pair);

  const { table } = await sync(engine);

  expect(table('stock')).toMatchObject({ status: 'completed', records_deleted: 1 });
  await expectSame(pair, 'id, note');
});

for (const strategy of ['full', 'compare'] as const) {
  test(`strategy ${strategy} brings what head office has removed`, async () => {
    await using pair = await freshDatabases();
    await work(pair, ...STOCK);
    using home = makeHome(pair, { sync: { chunkRows: 400 } });
    await using engine = home.open();
    await sync(engine);
    await atCentral(pair, 'DELETE FROM stock WHERE id % 3 = 0');

    const { table } = await sync(engine, { strategy });

    expect(table('stock')).toMatchObject({ status: 'completed', records_processed: 1000 });
    await expectSame(pair, 'id, note');
  });
}

test('an unchanged batch does not count at head office again before a day has passed', async () => {
  await using pair = await freshDatabases();
  await work(pair, ...STOCK);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atCentral(pair, 'DELETE FROM stock WHERE id = 1');
  await sync(engine);
  // Not noticed yet: what is not counted costs nothing.
  expect(await rowsAtCentral(pair)).toBe(2999);

  await later(pair, 1);
  await sync(engine);
  expect(await rowsAtCentral(pair)).toBe(3000);
});

test('in layout merge without owning the table, rows that head office lacks are not asked for by count', async () => {
  await using pair = await freshDatabases();
  await work(pair, ...STOCK);
  using home = makeHome(pair, { central: { layout: 'merge' } });
  await using engine = home.open();
  await sync(engine);
  await atHeadOffice(pair, "INSERT INTO stock VALUES (9001, 'of another branch')");
  await later(pair);
  await work(pair, "UPDATE stock SET note = 'changed' WHERE id = 7");

  const { table } = await sync(engine);

  expect(table('stock')).toMatchObject({ status: 'completed', records_processed: 1, records_deleted: 0 });
  expect(await rowsAtCentral(pair)).toBe(3001);
});

test('rows that were last counted years ahead, while head office had a wrong clock, are counted again', async () => {
  await using pair = await freshDatabases();
  await work(pair, ...STOCK);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atCentral(pair, 'DELETE FROM stock WHERE id <= 500');
  await later(pair, -3300);

  const { table } = await sync(engine);

  expect(table('stock').status).toBe('completed');
  await expectSame(pair, 'id, note');
});
