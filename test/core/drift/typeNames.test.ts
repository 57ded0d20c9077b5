import { describe, expect, test } from 'vitest';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import { holes, outcome, printed } from '../messages/support/printed.ts';

/** An enum and a table of one name in two schemas of the branch (E3). */
const CLASH = [
  'CREATE SCHEMA ty',
  "CREATE TYPE ty.status AS ENUM ('a', 'b')",
  'CREATE TABLE orders (id int PRIMARY KEY, s ty.status)',
  'CREATE TABLE status (id int PRIMARY KEY, name text)',
  "INSERT INTO orders VALUES (1, 'b')",
  "INSERT INTO status VALUES (7, 'open')",
];

async function typeOf(pair: DatabasePair, table: string, column: string): Promise<string | null | undefined> {
  const [[type] = []] = await fromCentral(
    pair,
    `SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = '${table}'::regclass AND attname = '${column}'`,
  );
  return type;
}

describe.each(['schema', 'stamp', 'merge'] as const)('layout %s', (layout) => {
  const at = layout === 'schema' ? 'pgsql_lmp' : 'public';

  test.each([
    ['orders', 'status'],
    ['status', 'orders'],
  ])('an enum and a table of one name both arrive, %s first (E3)', async (first, second) => {
    await using pair = await freshDatabases();
    await atBranch(pair, ...CLASH);
    using home = makeHome(pair, { central: { layout } });
    await using engine = home.open();

    expect((await sync(engine, { tables: [first] })).table(first)).toMatchObject({ error_message: null });
    const { batch, table } = await sync(engine, { tables: [second] });

    expect(table(second)).toMatchObject({ status: 'completed', retry_count: 0 });
    expect(batch.status).toBe('completed');
    expect(await fromCentral(pair, `SELECT o.s, t.name FROM ${at}.orders o, ${at}.status t`)).toEqual([
      ['b', 'open'],
    ]);
    expect(await typeOf(pair, `${at}.orders`, 's')).toMatch(/ty_status$/);
    await atBranch(pair, "ALTER TYPE ty.status ADD VALUE 'c'", "INSERT INTO orders VALUES (2, 'c')");
    expect(await outcome(engine)).toBe('completed');
  });
});

test('types of one name in two schemas of the branch stay apart: enums, composites, ranges (E3)', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    ...['one', 'two'].flatMap((schema, index) => [
      `CREATE SCHEMA ${schema}`,
      `CREATE TYPE ${schema}.mood AS ENUM ('${schema}', 'same')`,
      `CREATE TYPE ${schema}.pair AS (a int, ${schema} ${schema}.mood)`,
      `CREATE TYPE ${schema}.span AS RANGE (subtype = ${index === 0 ? 'int' : 'bigint'}, multirange_type_name = ${schema}.spans)`,
      `CREATE TABLE t_${schema} (id int PRIMARY KEY, m ${schema}.mood, l ${schema}.mood[], p ${schema}.pair, r ${schema}.span, q ${schema}.spans)`,
      `INSERT INTO t_${schema} VALUES (1, '${schema}', '{same,${schema}}', '(5,${schema})', '[1,3)', '{[1,3)}')`,
    ]),
  );
  using home = makeHome(pair);
  await using engine = home.open();

  expect(await outcome(engine)).toBe('completed');

  expect(
    await fromCentral(
      pair,
      `SELECT t.typname, string_agg(e.enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum e JOIN pg_type t ON t.oid = enumtypid GROUP BY 1 ORDER BY 1`,
    ),
  ).toEqual(
    expect.arrayContaining([
      [expect.stringMatching(/^(one_|two_)?mood$/), 'one,same'],
      [expect.stringMatching(/^(one_|two_)?mood$/), 'two,same'],
    ]),
  );
  for (const schema of ['one', 'two'])
    expect(await fromCentral(pair, `SELECT m, l, p, r, q FROM t_${schema}`)).toEqual([
      [schema, `{same,${schema}}`, `(5,${schema})`, '[1,3)', '{[1,3)}'],
    ]);
  const bothTypes = [await typeOf(pair, 't_one', 'r'), await typeOf(pair, 't_two', 'r')];
  expect(new Set(bothTypes).size).toBe(2);
  expect(bothTypes).not.toContain('text');
});

test('a type of head office that has the name of a table is named, and is not taken for another program', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...CLASH);
  await atCentral(pair, "CREATE TYPE status AS ENUM ('x')");
  using home = makeHome(pair);
  await using engine = home.open();

  const { batch, table } = await sync(engine);

  expect(table('orders').status).toBe('completed');
  expect(table('status')).toMatchObject({ error_code: 'central_name_taken', retry_count: 0 });
  expect(printed(engine, batch.batch_id)).toContain('public.status cannot be made at head office');
  expect(table('status').error_message).toContain('schema public has a type status');
  expect(holes(engine, batch.batch_id)).toEqual([]);
  await atCentral(pair, 'ALTER TYPE status RENAME TO their_status');
  expect(await outcome(engine)).toBe('completed');
});

test.each([
  ['an index', ['CREATE TABLE theirs (id int)', 'CREATE INDEX status ON theirs (id)']],
  ['a sequence', ['CREATE SEQUENCE status']],
])('%s of head office that has the name of a table is told, once', async (_, statements) => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...CLASH);
  await atCentral(pair, ...statements);
  using home = makeHome(pair);
  await using engine = home.open();

  const { batch, table } = await sync(engine);

  expect(table('orders').status).toBe('completed');
  expect(table('status')).toMatchObject({ error_code: 'central_name_taken', retry_count: 0 });
  expect(holes(engine, batch.batch_id)).toEqual([]);
});

test('a table named like the array of a type arrives', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    ...CLASH,
    'CREATE TABLE _status (id int PRIMARY KEY, l ty.status[])',
    "INSERT INTO _status VALUES (1, '{a,b}')",
  );
  using home = makeHome(pair);
  await using engine = home.open();

  expect(await outcome(engine)).toBe('completed');
  expect(await fromCentral(pair, 'SELECT l FROM _status')).toEqual([['{a,b}']]);
});

test('types that an earlier version made keep their names', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    ...CLASH,
    'CREATE TABLE more (id int PRIMARY KEY, s ty.status)',
    "INSERT INTO more VALUES (1, 'a')",
  );
  await atCentral(
    pair,
    'SET ROLE branchline',
    "CREATE TYPE status AS ENUM ('a', 'b')",
    'CREATE TABLE orders (id int PRIMARY KEY, s status)',
  );
  using home = makeHome(pair, { central: { layout: 'merge' }, connection: { tables: ['orders', 'more'] } });
  await using engine = home.open();

  expect(await outcome(engine)).toBe('completed');
  expect([await typeOf(pair, 'orders', 's'), await typeOf(pair, 'more', 's')]).toEqual(['status', 'status']);
});
