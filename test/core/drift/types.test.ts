import { expect, test } from 'vitest';
import type { FailureDetail } from '../../../src/shared/errors.ts';
import { createTranslator } from '../../../src/shared/texts/translate.ts';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';

const MIRROR = { central: { layout: 'schema' } };

test('labels that an enum gets later keep their order at head office', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    `CREATE TYPE mood AS ENUM ('b', 'd')`,
    'CREATE TABLE note (id int PRIMARY KEY, m mood, ms mood[])',
    `INSERT INTO note VALUES (1, 'b', '{d}')`,
  );
  using home = makeHome(pair, MIRROR);
  await using engine = home.open();
  await sync(engine);
  await atBranch(
    pair,
    `ALTER TYPE mood ADD VALUE 'a' BEFORE 'b'`,
    `ALTER TYPE mood ADD VALUE 'c' BEFORE 'd'`,
    `ALTER TYPE mood ADD VALUE 'it''s' AFTER 'c'`,
    `ALTER TYPE mood ADD VALUE 'e'`,
    `INSERT INTO note VALUES (2, 'a', '{c,e,it''s}')`,
  );

  expect((await sync(engine)).table('note')).toMatchObject({ error_message: null, status: 'completed' });

  expect(await fromCentral(pair, 'SELECT enum_range(NULL::pgsql_lmp.mood)')).toEqual([["{a,b,c,it's,d,e}"]]);
  expect(await fromCentral(pair, 'SELECT m, ms FROM pgsql_lmp.note ORDER BY id')).toEqual([
    ['b', '{d}'],
    ['a', "{c,e,it's}"],
  ]);
});

test('a renamed label is a new one at head office, and every row that has it follows', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    `CREATE TYPE mood AS ENUM ('ok', 'warn')`,
    'CREATE TABLE note (id int PRIMARY KEY, m mood)',
    `INSERT INTO note VALUES (1, 'ok'), (2, 'warn')`,
  );
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atBranch(pair, `ALTER TYPE mood RENAME VALUE 'warn' TO 'warning'`);

  expect((await sync(engine)).table('note')).toMatchObject({ error_message: null, status: 'completed' });

  expect(await fromCentral(pair, 'SELECT id, m FROM note ORDER BY id')).toEqual([
    ['1', 'ok'],
    ['2', 'warning'],
  ]);
  expect(await fromCentral(pair, 'SELECT enum_range(NULL::mood)')).toEqual([['{ok,warning,warn}']]);
});

test('an attribute added to a composite is added at head office, enums inside included', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    `CREATE TYPE mood AS ENUM ('a')`,
    'CREATE TYPE address AS (street text, m mood)',
    'CREATE TABLE house (id int PRIMARY KEY, at address, others address[])',
    `INSERT INTO house VALUES (1, ROW('Jl. A', 'a'), '{}')`,
  );
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atBranch(
    pair,
    `ALTER TYPE mood ADD VALUE 'b'`,
    'ALTER TYPE address ADD ATTRIBUTE town text',
    `INSERT INTO house VALUES (2, ROW('Jl. B', 'b', 'Metro'), ARRAY[ROW('x', 'a', 'y')::address])`,
  );

  expect((await sync(engine)).table('house')).toMatchObject({ error_message: null, status: 'completed' });

  expect(await fromCentral(pair, 'SELECT at, others FROM house ORDER BY id')).toEqual([
    ['("Jl. A",a,)', '{}'],
    ['("Jl. B",b,Metro)', '{"(x,a,y)"}'],
  ]);
});

/** The column of a branch, what becomes of its type, and what is said of it. */
const MISFITS: readonly (readonly [string, string, readonly string[], Record<string, string>])[] = [
  [
    'loses an attribute',
    'address',
    ['ALTER TYPE address DROP ATTRIBUTE street'],
    {
      code: 'attributes_differ',
      attribute: 'at',
      sourceType: 'town integer, geo adempiere.spot',
      centralType: 'street text, town integer, geo public.spot',
    },
  ],
  [
    'gets its attribute renamed, in an array',
    'address[]',
    ['ALTER TYPE address RENAME ATTRIBUTE town TO city'],
    { code: 'attributes_differ', attribute: 'at' },
  ],
  [
    'gets another type of an attribute',
    'address',
    [
      'ALTER TABLE house DROP at',
      'ALTER TYPE address ALTER ATTRIBUTE town TYPE date',
      'ALTER TABLE house ADD at address',
    ],
    { code: 'attribute_incompatible', attribute: 'town', sourceType: 'date', centralType: 'integer' },
  ],
  [
    'gets another type of an attribute of an attribute, in a domain',
    'home',
    [
      'ALTER TABLE house DROP at',
      'ALTER TYPE spot ALTER ATTRIBUTE x TYPE large',
      'ALTER TABLE house ADD at home',
    ],
    {
      code: 'attribute_incompatible',
      attribute: 'geo.x',
      sourceType: 'adempiere.large (numeric(12,2))',
      centralType: 'integer',
    },
  ],
];

for (const [what, type, statements, { code, ...params }] of MISFITS) {
  test(`a composite that ${what} fails its table with the attribute, and the SQL helps`, async () => {
    await using pair = await freshDatabases();
    await atBranch(
      pair,
      'CREATE DOMAIN large AS numeric(12,2)',
      'CREATE TYPE spot AS (x int, y int)',
      'CREATE TYPE address AS (street text, town int, geo spot)',
      'CREATE DOMAIN home AS address',
      `CREATE TABLE house (id int PRIMARY KEY, at ${type})`,
      'INSERT INTO house VALUES (1, NULL)',
    );
    using home = makeHome(pair);
    await using engine = home.open();
    await sync(engine);
    await atBranch(pair, ...statements);

    const { error_detail } = (await sync(engine)).table('house');
    expect(error_detail).toMatchObject({ code, params: { table: 'house', column: 'at', ...params } });
    expect(createTranslator('id').failure(error_detail as FailureDetail).sentence).toContain(
      String(error_detail?.params.attribute),
    );

    await atCentral(pair, String(error_detail?.params.sql));
    expect((await sync(engine)).table('house')).toMatchObject({ error_message: null, status: 'completed' });
  });
}

test('a domain that gets another base is followed like the base', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE DOMAIN amount AS numeric(6,2)',
    'CREATE DOMAIN large AS numeric(12,2)',
    'CREATE TABLE sale (id int PRIMARY KEY, a amount, many amount[])',
    "INSERT INTO sale VALUES (1, 1.50, '{2.50}')",
  );
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atBranch(
    pair,
    'ALTER TABLE sale ALTER a TYPE large, ALTER many TYPE large[]',
    "INSERT INTO sale VALUES (2, 1234567890.12, '{1234567890.12}')",
  );

  expect((await sync(engine)).table('sale')).toMatchObject({ error_message: null, status: 'completed' });
  expect(await fromCentral(pair, 'SELECT a, many FROM sale ORDER BY id')).toEqual([
    ['1.50', '{2.50}'],
    ['1234567890.12', '{1234567890.12}'],
  ]);
});
