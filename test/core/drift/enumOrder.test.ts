import { expect, test } from 'vitest';
import { atBranch, atCentral, sync } from '../../support/branch.ts';
import { differences } from '../../support/compare.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';
import { verifyTable } from '../compare/support.ts';

const MIRROR = { central: { layout: 'schema' }, sync: { chunkRows: 1 } };

const TYPES = [
  `CREATE TYPE grade AS ENUM ('b', 'd', 'f')`,
  'CREATE TYPE grades AS RANGE (SUBTYPE = grade, MULTIRANGE_TYPE_NAME = gradesets)',
  'CREATE TYPE span AS (g grades, n int)',
  'CREATE DOMAIN passing AS grades',
];

/** A table for each way in which the order of an enum comes into a type. */
const TABLES: Readonly<
  Record<string, readonly [column: string, value: (from: string, to: string) => string]>
> = {
  range: ['grades', (a, b) => `'[${a},${b}]'`],
  multirange: ['gradesets', (a, b) => `'{[${a},${a}],[${b},${b}]}'`],
  ranges: ['grades[]', (a, b) => `'{"[${a},${b}]"}'`],
  composite: ['span', (a, b) => `'("[${a},${b}]",1)'`],
  domain: ['passing', (a, b) => `'[${a},${b}]'`],
};

async function equalOnBoth(pair: DatabasePair): Promise<void> {
  expect(await differences(pair, { centralSchema: CONNECTION })).toEqual([]);
}

const CHANGES: Readonly<Record<string, readonly [statement: string, label: string]>> = {
  'a label before all others': [`ALTER TYPE grade ADD VALUE 'a' BEFORE 'b'`, 'a'],
  'a label between two': [`ALTER TYPE grade ADD VALUE 'c' BEFORE 'd'`, 'c'],
  'a label behind all others': [`ALTER TYPE grade ADD VALUE 'g'`, 'f'],
  'another name for the first label': [`ALTER TYPE grade RENAME VALUE 'b' TO 'z'`, 'z'],
  'another name for a label between two': [`ALTER TYPE grade RENAME VALUE 'd' TO 'z'`, 'z'],
};

for (const [what, [statement, label]] of Object.entries(CHANGES)) {
  test(`types that sort by an enum are equal after it has got ${what}`, async () => {
    await using pair = await freshDatabases();
    await atBranch(pair, ...TYPES);
    for (const [name, [type, value]] of Object.entries(TABLES))
      await atBranch(
        pair,
        `CREATE TABLE ${name}_value (id int PRIMARY KEY, v ${type})`,
        `INSERT INTO ${name}_value VALUES (1, ${value('b', 'd')}), (2, ${value('d', 'f')}), (3, ${value('b', 'f')})`,
        `CREATE TABLE ${name}_key (v ${type} PRIMARY KEY, n int)`,
        `INSERT INTO ${name}_key SELECT v, id FROM ${name}_value`,
      );
    using home = makeHome(pair, MIRROR);
    await using engine = home.open();
    expect((await sync(engine)).batch.status).toBe('completed');
    await atBranch(pair, statement);
    const [low, high] = label === 'f' ? ['f', 'g'] : [label, 'f'];
    for (const [name, [, value]] of Object.entries(TABLES))
      await atBranch(
        pair,
        `INSERT INTO ${name}_value VALUES (4, ${value(low, high)})`,
        `INSERT INTO ${name}_key VALUES (${value(low, high)}, 4) ON CONFLICT DO NOTHING`,
      );

    const { batch } = await sync(engine);

    const { tables } = engine.batch(batch.batch_id);
    expect(
      tables.filter((one) => one.status !== 'completed').map((one) => [one.table_name, one.error_message]),
    ).toEqual([]);
    await equalOnBoth(pair);
    for (const name of Object.keys(TABLES)) {
      expect(await verifyTable(engine, `${name}_value`)).toMatchObject({ result: 'equal', left_out: [] });
      expect(await verifyTable(engine, `${name}_key`)).toMatchObject({ result: 'equal', left_out: [] });
    }
  });
}

/** Two ranges that touch where b stands before d, and are apart where it does not. */
const SETS = `INSERT INTO sets VALUES (1, '{[a,b],[c,d]}')`;
const SET_TYPES = [
  'CREATE TYPE grades AS RANGE (SUBTYPE = grade, MULTIRANGE_TYPE_NAME = gradesets)',
  'CREATE TABLE sets (id int PRIMARY KEY, v gradesets)',
];

test.each([
  ['refused by head office', `'[a,b]'`],
  ['joined at head office', `'{[a,b],[c,d]}'`],
])(
  'a column whose ranges would be %s, since its enum sorts otherwise there, fails by name',
  async (_what, value) => {
    await using pair = await freshDatabases();
    await atBranch(pair, `CREATE TYPE grade AS ENUM ('a', 'b', 'c', 'd')`, ...SET_TYPES);
    using home = makeHome(pair, MIRROR);
    await using engine = home.open();
    await sync(engine);
    // Head office has made its type anew, in the order of the alphabet backwards, but for a and d.
    await atCentral(
      pair,
      `SET search_path = ${CONNECTION}`,
      'DROP TABLE sets',
      'DROP TYPE grades',
      'DROP TYPE grade',
      `CREATE TYPE grade AS ENUM ('a', 'c', 'b', 'd')`,
      ...SET_TYPES,
      `ALTER TABLE sets OWNER TO branchline`,
    );
    await atBranch(pair, `INSERT INTO sets VALUES (1, ${value.startsWith("'[") ? `'{[b,c]}'` : value})`);

    const { table } = await sync(engine);

    expect(table('sets')).toMatchObject({ status: 'failed', error_code: 'column_sorts_otherwise' });
    const { params } = table('sets').error_detail ?? {};
    expect(params).toMatchObject({ schema: 'adempiere', table: 'sets', column: 'v' });
    await atCentral(pair, String(params?.sql));
    expect((await sync(engine)).batch.status).toBe('completed');
    await equalOnBoth(pair);
    expect(await verifyTable(engine, 'sets')).toMatchObject({ result: 'equal' });
  },
);

test('a range over an enum that another branch has in another order becomes text, and loses nothing', async () => {
  await using pair = await freshDatabases();
  await atCentral(pair, `CREATE TYPE grade AS ENUM ('d', 'c', 'b', 'a')`);
  await atBranch(pair, `CREATE TYPE grade AS ENUM ('a', 'b', 'c', 'd')`, ...SET_TYPES, SETS);
  using home = makeHome(pair);
  await using engine = home.open();

  expect((await sync(engine)).table('sets')).toMatchObject({ error_message: null, status: 'completed' });

  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
  expect(await verifyTable(engine, 'sets')).toMatchObject({ result: 'equal' });
});

test('a range over a type that each database sorts by its own locale becomes text, and loses nothing', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TYPE label AS (name text)',
    'CREATE TYPE documents AS RANGE (SUBTYPE = jsonb)',
    'CREATE TYPE labels AS RANGE (SUBTYPE = label)',
    'CREATE TABLE sets (id int PRIMARY KEY, d documents, l labels)',
    `INSERT INTO sets VALUES (1, documents('"a"', '"b"'), labels(ROW('a')::label, ROW('b')::label))`,
  );
  using home = makeHome(pair, MIRROR);
  await using engine = home.open();

  expect((await sync(engine)).table('sets')).toMatchObject({ error_message: null, status: 'completed' });

  await equalOnBoth(pair);
  const client = await pair.central.connectAdmin();
  try {
    const { rows } = await client.query(
      `SELECT pg_typeof(d)::text AS d, pg_typeof(l)::text AS l FROM ${CONNECTION}.sets`,
    );
    expect(rows).toEqual([{ d: 'text', l: 'text' }]);
  } finally {
    await client.end();
  }
});

test.each([
  [
    'a label that sorts before what has come',
    `ALTER TYPE grade ADD VALUE 'a' BEFORE 'b'`,
    `INSERT INTO line VALUES ('a', 0)`,
  ],
  ['another name for a label that has come', `ALTER TYPE grade RENAME VALUE 'b' TO 'z'`, 'SELECT 1'],
  ['another name for the last label that has come', `ALTER TYPE grade RENAME VALUE 'd' TO 'z'`, 'SELECT 1'],
  ['another name for a label that is still to come', `ALTER TYPE grade RENAME VALUE 'f' TO 'z'`, 'SELECT 1'],
])('a pass in the order of an enum that gets %s in the middle is equal', async (_what, ...statements) => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    `CREATE TYPE grade AS ENUM ('b', 'd', 'f', 'h')`,
    'CREATE TABLE line (g grade PRIMARY KEY, n int)',
    `INSERT INTO line SELECT g, 1 FROM unnest(enum_range(NULL::grade)) g`,
  );
  using home = makeHome(pair, MIRROR);
  await using engine = home.open();
  const control = new AbortController();
  let seen = 0;
  const off = engine.on((event) => {
    if (event.type === 'table_progress' && ++seen === 2) control.abort('user');
  });
  const { batch_id, status } = await engine.syncAll({ trigger: 'cli' }, { stop: control.signal });
  off();
  expect(status).toBe('interrupted');
  await atBranch(pair, ...statements);

  const { batch } = await engine.resume(batch_id, { trigger: 'cli' });

  const [row] = engine.batch(batch_id).tables;
  expect([batch.status, row?.error_message]).toEqual(['completed', null]);
  await equalOnBoth(pair);
});

test('all columns whose ranges would change are told at once, with one SQL that mends them', async () => {
  await using pair = await freshDatabases();
  const tables = [
    'CREATE TYPE grades AS RANGE (SUBTYPE = grade)',
    'CREATE TABLE sets (id int PRIMARY KEY, v grades, w grades)',
  ];
  await atBranch(pair, `CREATE TYPE grade AS ENUM ('a', 'b')`, ...tables);
  await atCentral(
    pair,
    `CREATE SCHEMA ${CONNECTION} AUTHORIZATION branchline`,
    `SET search_path = ${CONNECTION}`,
    `CREATE TYPE grade AS ENUM ('b', 'a')`,
    ...tables,
    'ALTER TABLE sets OWNER TO branchline',
  );
  using home = makeHome(pair, MIRROR);
  await using engine = home.open();

  const { error_code, error_detail } = (await sync(engine)).table('sets');

  expect(error_code).toBe('column_sorts_otherwise');
  expect(error_detail?.params.column).toBe('v, w');
  await atCentral(pair, String(error_detail?.params.sql));
  expect((await sync(engine)).batch.status).toBe('completed');
});
