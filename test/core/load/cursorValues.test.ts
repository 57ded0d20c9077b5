import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sayLogRow } from '../../../src/shared/texts/logLine.ts';
import { createTranslator } from '../../../src/shared/texts/translate.ts';
import { atBranch, fromCentral, sync } from '../../support/branch.ts';
import { differences } from '../../support/compare.ts';
import { freshDatabases } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';
import { strategyOf } from '../marks/support/strategyOf.ts';

const byColumn = (column: string) => ({
  tables: [{ name: 'orders', strategy: 'cursor', cursor: { column, overlapMinutes: 30 } }],
});

/** A type, one value that blinds a plain maximum, and a later good one; SQL each. */
const BLINDING: readonly (readonly [string, string, string, string])[] = [
  ['timestamptz', "'infinity'", "now() - interval '2 days'", 'now()'],
  ['timestamptz', "'2099-01-01'", "now() - interval '2 days'", 'now()'],
  ['timestamp', "'infinity'", "localtimestamp - interval '2 days'", 'localtimestamp'],
  ['date', "'2099-01-01'", 'current_date - 2', 'current_date'],
  ['day', "'infinity'", 'current_date - 2', 'current_date'],
  ['numeric', "'NaN'", '10', '11'],
  ['numeric(20,4)', "'NaN'", '10', '11'],
  ['numeric', "'Infinity'", '10', '11'],
  ['float8', "'NaN'", '10', '11'],
  ['real', "'Infinity'", '10', '11'],
];

describe('strategy cursor is not blinded by one value (A7)', () => {
  for (const [type, wrong, early, late] of BLINDING)
    test(`${wrong}::${type}`, async () => {
      await using pair = await freshDatabases();
      await atBranch(
        pair,
        'CREATE DOMAIN day AS date',
        `CREATE TABLE orders (id int PRIMARY KEY, updated ${type}, note text)`,
        `INSERT INTO orders SELECT n, ${early}, 'first' FROM generate_series(1, 100) n`,
        `INSERT INTO orders VALUES (1000, ${wrong}, 'wrong')`,
      );
      using home = makeHome(pair, { connection: byColumn('updated') });
      await using engine = home.open();
      await sync(engine);
      await atBranch(
        pair,
        `UPDATE orders SET note = 'new', updated = ${late} WHERE id = 5`,
        "UPDATE orders SET note = 'changed' WHERE id = 1000",
      );

      const { batch, table } = await sync(engine);

      expect(table('orders')).toMatchObject({ strategy: 'cursor', records_processed: 2 });
      expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
      const told = engine.log({ batchId: batch.batch_id }).filter((row) => row.event === 'notice');
      expect(told.map((row) => row.detail)).toEqual([{ code: 'cursor_beyond', column: 'updated', rows: 1 }]);
      expect(told.map((row) => sayLogRow(row, createTranslator('en')))).toEqual([
        expect.stringContaining(
          `${CONNECTION}/orders: 1 rows have a value of updated that lies in the future`,
        ),
      ]);
    });
});

test('rows of the least value there is are read every time: nobody knows when they changed', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE orders (id int PRIMARY KEY, updated timestamptz, note text)',
    "INSERT INTO orders VALUES (1, '-infinity', 'a'), (2, '0044-03-15 BC', 'b'), (3, '2025-01-01', 'c')",
  );
  using home = makeHome(pair, { connection: byColumn('updated') });
  await using engine = home.open();
  await sync(engine);
  await atBranch(pair, "UPDATE orders SET note = 'changed' WHERE id = 1");

  expect((await sync(engine)).table('orders')).toMatchObject({ strategy: 'cursor', records_processed: 1 });
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
});

test('where all values lie before our era, the greatest of them is the cursor', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE orders (id int PRIMARY KEY, updated timestamp, note text)',
    "INSERT INTO orders VALUES (1, '0044-03-15 BC', 'a'), (2, '0100-01-01 BC', 'b')",
  );
  using home = makeHome(pair, { connection: byColumn('updated') });
  await using engine = home.open();
  await sync(engine);
  await atBranch(pair, "INSERT INTO orders VALUES (3, '0040-01-01 BC', 'c')");

  expect((await sync(engine)).table('orders')).toMatchObject({ strategy: 'cursor', records_processed: 1 });
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
});

test('where no row has a value that may be relied on, everything is read, and why is said', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE orders (id int PRIMARY KEY, updated timestamptz)',
    "INSERT INTO orders VALUES (1, 'infinity'), (2, NULL)",
  );
  using home = makeHome(pair, { connection: byColumn('updated') });
  await using engine = home.open();
  await sync(engine);

  const { batch } = await sync(engine);

  expect(strategyOf(engine, batch.batch_id, 'orders')).toEqual(['full', 'no_cursor']);
});

describe('a cursor column that is another one starts anew', () => {
  const ORDERS = [
    'CREATE TABLE orders (id int PRIMARY KEY, updated timestamptz, changed timestamptz, version int)',
    "INSERT INTO orders SELECT n, '2025-01-01', '2020-01-01', n FROM generate_series(1, 10) n",
    'CREATE VIEW seen AS SELECT * FROM orders',
  ];

  test('of another name in the settings', async () => {
    await using pair = await freshDatabases();
    await atBranch(pair, ...ORDERS);
    using home = makeHome(pair, { connection: byColumn('updated') });
    {
      await using engine = home.open();
      await sync(engine);
    }
    const file = join(home.folder, 'settings.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"column": "updated"', '"column": "changed"'));
    await atBranch(pair, "UPDATE orders SET changed = '2021-01-01' WHERE id = 3");
    await using engine = home.open();

    const { batch } = await sync(engine);

    expect(strategyOf(engine, batch.batch_id, 'orders')).toEqual(['full', 'cursor_changed']);
    expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
  });

  test('of another type at the branch', async () => {
    await using pair = await freshDatabases();
    await atBranch(pair, ...ORDERS);
    using home = makeHome(pair, { connection: byColumn('version') });
    await using engine = home.open();
    await sync(engine);
    await atBranch(pair, 'DROP VIEW seen', 'ALTER TABLE orders ALTER version TYPE bigint');

    const { batch } = await sync(engine);

    expect(strategyOf(engine, batch.batch_id, 'orders')).toEqual(['full', 'cursor_changed']);
  });

  test('that is gone fails the table, and names it', async () => {
    await using pair = await freshDatabases();
    await atBranch(pair, ...ORDERS);
    using home = makeHome(pair, { connection: byColumn('version') });
    await using engine = home.open();
    await sync(engine);
    await atBranch(pair, 'DROP VIEW seen', 'ALTER TABLE orders DROP version');

    const { table } = await sync(engine);

    expect(table('orders')).toMatchObject({ status: 'failed', error_code: 'cursor_column_missing' });
    expect(table('orders').error_detail?.params).toMatchObject({ table: 'orders', column: 'version' });
    expect(await fromCentral(pair, 'SELECT count(*) FROM orders')).toEqual([['10']]);
  });
});
