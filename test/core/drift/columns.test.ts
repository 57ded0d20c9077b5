import { expect, test } from 'vitest';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { freshDatabases } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';
import { typesOf } from '../fidelity/support/images.ts';

const ITEM = [
  'CREATE TABLE item (id int PRIMARY KEY, name varchar(10), price numeric(10,2))',
  "INSERT INTO item VALUES (1, 'kopi', 1.10), (2, 'teh', 2)",
];

for (const layout of ['stamp', 'schema'] as const) {
  const schema = layout === 'schema' ? CONNECTION : 'public';
  const item = `SELECT to_jsonb(i) - 'source_connection' FROM ${schema}.item i ORDER BY id`;
  const rows = async (...args: Parameters<typeof fromCentral>) =>
    (await fromCentral(...args)).map(([row]) => JSON.parse(row ?? ''));

  test(`a new column is added in layout ${layout}, and filled in the rows from before`, async () => {
    await using pair = await freshDatabases();
    await atBranch(pair, ...ITEM);
    using home = makeHome(pair, { central: { layout } });
    await using engine = home.open();
    await sync(engine);
    await atBranch(
      pair,
      "ALTER TABLE item ADD COLUMN unit text NOT NULL DEFAULT 'kg', ADD COLUMN tags text[]",
      `UPDATE item SET tags = '{a}' WHERE id = 2`,
    );

    expect((await sync(engine)).table('item')).toMatchObject({ error_message: null, status: 'completed' });

    expect(await rows(pair, item)).toEqual([
      { id: 1, name: 'kopi', price: 1.1, unit: 'kg', tags: null },
      { id: 2, name: 'teh', price: 2, unit: 'kg', tags: ['a'] },
    ]);
  });

  test(`a wider type is followed in layout ${layout}`, async () => {
    await using pair = await freshDatabases();
    await atBranch(
      pair,
      'CREATE TABLE item (id int PRIMARY KEY, name varchar(10), price numeric(10), small smallint, at timestamp(0), many varchar(2)[], f real, free varchar(3))',
      "INSERT INTO item VALUES (1, 'kopi', 1, 2, '2025-11-08 14:30', '{ab}', 0.1, 'abc')",
    );
    using home = makeHome(pair, { central: { layout } });
    await using engine = home.open();
    await sync(engine);
    await atBranch(
      pair,
      'ALTER TABLE item ALTER id TYPE bigint, ALTER name TYPE varchar(20), ALTER price TYPE numeric(12), ALTER small TYPE numeric, ALTER at TYPE timestamp, ALTER many TYPE varchar(9)[], ALTER f TYPE double precision, ALTER free TYPE text',
      "INSERT INTO item VALUES (9007199254740993, 'kopi susu panas', 123456789012, 1.50, '2025-11-08 14:30:52.000001', '{abcdef}', 0.1, 'abcdef')",
    );

    expect((await sync(engine)).table('item')).toMatchObject({ error_message: null, status: 'completed' });

    expect(await typesOf(pair.central, schema, 'item')).toMatchObject({
      id: 'bigint',
      name: 'character varying(20)',
      price: 'numeric(12,0)',
      small: 'numeric',
      at: 'timestamp without time zone',
      many: 'character varying(9)[]',
      f: 'double precision',
      free: 'text',
    });
    expect(
      await fromCentral(
        pair,
        `SELECT id, name, price, small, at, many, f, free FROM ${schema}.item ORDER BY id`,
      ),
    ).toEqual([
      ['1', 'kopi', '1', '2', '2025-11-08 14:30:00', '{ab}', '0.10000000149011612', 'abc'],
      [
        '9007199254740993',
        'kopi susu panas',
        '123456789012',
        '1.50',
        '2025-11-08 14:30:52.000001',
        '{abcdef}',
        '0.1',
        'abcdef',
      ],
    ]);
  });

  test(`a narrower type leaves head office's column wide in layout ${layout}, and loses nothing`, async () => {
    await using pair = await freshDatabases();
    await atBranch(pair, ...ITEM);
    using home = makeHome(pair, { central: { layout } });
    await using engine = home.open();
    await sync(engine);
    await atBranch(
      pair,
      'ALTER TABLE item ALTER id TYPE smallint, ALTER name TYPE varchar(4), ALTER price TYPE numeric(3,1)',
      "INSERT INTO item VALUES (3, 'susu', 3.5)",
    );

    expect((await sync(engine)).table('item')).toMatchObject({ error_message: null, status: 'completed' });

    expect(await typesOf(pair.central, schema, 'item')).toMatchObject({
      id: 'integer',
      name: 'character varying(10)',
      price: 'numeric(10,2)',
    });
    expect(await rows(pair, item)).toContainEqual({ id: 3, name: 'susu', price: 3.5 });
  });

  test(`a dropped column keeps its values in layout ${layout} and is NULL in new rows, NOT NULL or not`, async () => {
    await using pair = await freshDatabases();
    await atBranch(pair, ...ITEM, 'ALTER TABLE item ALTER name SET NOT NULL, ALTER price SET NOT NULL');
    using home = makeHome(pair, { central: { layout } });
    await using engine = home.open();
    await sync(engine);
    await atBranch(
      pair,
      'ALTER TABLE item DROP COLUMN name, ALTER price DROP NOT NULL',
      'INSERT INTO item VALUES (3, NULL)',
    );

    expect((await sync(engine)).table('item')).toMatchObject({ error_message: null, status: 'completed' });

    expect(await rows(pair, item)).toEqual([
      { id: 1, name: 'kopi', price: 1.1 },
      { id: 2, name: 'teh', price: 2 },
      { id: 3, name: null, price: null },
    ]);
  });

  test(`a renamed column is a dropped and a new one in layout ${layout}`, async () => {
    await using pair = await freshDatabases();
    await atBranch(pair, ...ITEM);
    using home = makeHome(pair, { central: { layout } });
    await using engine = home.open();
    await sync(engine);
    await atBranch(pair, 'ALTER TABLE item RENAME name TO title', "INSERT INTO item VALUES (3, 'susu', 3)");

    expect((await sync(engine)).table('item')).toMatchObject({ error_message: null, status: 'completed' });

    expect(await rows(pair, item)).toEqual([
      { id: 1, name: 'kopi', title: 'kopi', price: 1.1 },
      { id: 2, name: 'teh', title: 'teh', price: 2 },
      { id: 3, name: null, title: 'susu', price: 3 },
    ]);
  });

  test(`a type changed into another family fails its table alone in layout ${layout}, with both types`, async () => {
    await using pair = await freshDatabases();
    await atBranch(pair, ...ITEM, 'CREATE TABLE good (id int PRIMARY KEY)');
    using home = makeHome(pair, { central: { layout } });
    await using engine = home.open();
    await sync(engine);
    await atBranch(pair, 'ALTER TABLE item ALTER price TYPE text', 'INSERT INTO good VALUES (1)');

    const { batch, table } = await sync(engine);

    expect(batch).toMatchObject({ status: 'failed', failed_tables: 1 });
    expect(table('item').error_detail).toMatchObject({
      code: 'column_incompatible',
      params: { table: 'item', column: 'price', sourceType: 'text', centralType: 'numeric(10,2)' },
    });
    expect(table('good')).toMatchObject({ status: 'completed', records_processed: 1 });
  });
}

test('where the role may not add a column, the failure carries the SQL for head office, and running it mends it', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...ITEM);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atCentral(
    pair,
    'ALTER TABLE item OWNER TO postgres',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON item TO branchline',
  );
  await atBranch(pair, 'ALTER TABLE item ADD COLUMN unit varchar(3)', "UPDATE item SET unit = 'kg'");

  const refused = (await sync(engine)).table('item');
  const sql = refused.error_detail?.params.sql;
  await atCentral(pair, String(sql));
  const mended = await sync(engine);

  expect(refused.error_code).toBe('central_permission');
  expect(sql).toBe('ALTER TABLE "public"."item" ADD COLUMN "unit" character varying(3);');
  expect(refused.error_message).toBe('must be owner of table item');
  expect(mended.table('item').status).toBe('completed');
  expect(await fromCentral(pair, 'SELECT DISTINCT unit FROM item')).toEqual([['kg']]);
});

test('where the role may not make tables, head office gets the SQL of table, types and rights', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    `CREATE TYPE mood AS ENUM ('a', 'it''s')`,
    'CREATE TABLE note (id int PRIMARY KEY, m mood)',
    `INSERT INTO note VALUES (1, 'a')`,
  );
  await atCentral(pair, 'REVOKE CREATE ON SCHEMA public FROM branchline');
  using home = makeHome(pair);
  await using engine = home.open();

  const refused = (await sync(engine)).table('note');
  await atCentral(pair, String(refused.error_detail?.params.sql));
  const mended = await sync(engine);

  expect(refused.error_code).toBe('central_permission');
  expect(mended.table('note')).toMatchObject({ error_message: null, status: 'completed' });
  expect(await fromCentral(pair, 'SELECT source_connection, id, m FROM note')).toEqual([
    [CONNECTION, '1', 'a'],
  ]);
});
