import { afterAll, beforeAll, expect, test } from 'vitest';
import { refusedValue } from '../../../src/core/table/refusedValue.ts';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { freshDatabases } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';
import type { TestServer } from '../../support/servers.ts';
import { serverOf } from '../../support/versions.ts';

let older: TestServer;
beforeAll(async () => {
  older = await serverOf(15);
});
afterAll(() => older.remove());

const MIRROR = { central: { layout: 'schema' } };
const LONG = `repeat('x', 150)`;

/** Values that PostgreSQL 18 has and 15 refuses. */
const REFUSED: readonly (readonly [title: string, type: string, types: readonly string[], value: string])[] =
  [
    ['a jsonpath, which travels in binary', 'jsonpath', [], "'$.bigint()'"],
    ['the name of a table that head office lacks', 'regclass', ['CREATE TABLE mine ()'], "'mine'"],
    [
      'an interval behind more text than is shown',
      'span',
      ['CREATE TYPE span AS (note text, took interval)'],
      `ROW(${LONG}, 'infinity'::interval)::span`,
    ],
  ];

test.each(REFUSED)('%s: refused with column and row', async (_, type, types, value) => {
  await using pair = await freshDatabases({ centralServer: older });
  await atBranch(
    pair,
    ...types,
    `CREATE TABLE work (code text, line int, "The value" ${type}, PRIMARY KEY (code, line))`,
    "INSERT INTO work VALUES ('A', 1, NULL)",
    `INSERT INTO work VALUES ('B', 7, ${value})`,
  );
  // Else a column of names is made as text.
  await atCentral(
    pair,
    `CREATE SCHEMA ${CONNECTION}`,
    ...(type === 'regclass'
      ? [
          `CREATE TABLE ${CONNECTION}.work (code text, line int, "The value" regclass, PRIMARY KEY (code, line))`,
        ]
      : []),
    `GRANT ALL ON SCHEMA ${CONNECTION} TO PUBLIC`,
    `GRANT ALL ON ALL TABLES IN SCHEMA ${CONNECTION} TO PUBLIC`,
  );
  using home = makeHome(pair, MIRROR);
  await using engine = home.open();

  const { table } = await sync(engine);

  expect(table('work')).toMatchObject({ status: 'failed', error_code: 'value_refused' });
  expect(table('work').error_detail?.params).toMatchObject({
    table: 'work',
    column: 'The value',
    key: 'code = B, line = 7',
  });
  expect(await fromCentral(pair, `SELECT count(*) FROM ${CONNECTION}.work`)).toEqual([['0']]);
});

test('the rest of a table goes on in binary once the row is right', async () => {
  await using pair = await freshDatabases({ centralServer: older });
  await atBranch(
    pair,
    'CREATE TABLE work (id int PRIMARY KEY, path jsonpath)',
    "INSERT INTO work VALUES (1, '$.a'), (2, '$.bigint()')",
  );
  using home = makeHome(pair, MIRROR);
  await using engine = home.open();
  expect((await sync(engine)).table('work').error_detail?.params).toMatchObject({ key: 'id = 2' });

  await atBranch(pair, "UPDATE work SET path = '$.b' WHERE id = 2");
  expect((await sync(engine)).table('work').status).toBe('completed');
  expect(await fromCentral(pair, `SELECT path::text FROM ${CONNECTION}.work ORDER BY id`)).toEqual([
    ['$."a"'],
    ['$."b"'],
  ]);
});

/** What a server says beside its message. */
function errorOf(where: string): Error {
  return Object.assign(new Error('refused'), { where });
}

test.each<[string, readonly string[], ReturnType<typeof refusedValue>]>([
  ['COPY t, line 2, column a: "infinity"', ['a'], { column: 'a', text: 'infinity', cut: false }],
  ['COPY t, line 2, column a', ['a'], { column: 'a', text: null, cut: false }],
  ['COPY t, line 2', ['a'], null],
  [
    'JSON data, line 1: x\nCOPY t, line 2, column a: "{\n"x"}"',
    ['a'],
    { column: 'a', text: '{\n"x"}', cut: false },
  ],
  // The value looks like another column.
  ['COPY t, line 2, column a: " b: "c""', ['b', 'a'], { column: 'a', text: ' b: "c"', cut: false }],
  [
    'COPY t, line 2, column total net: "1"',
    ['net', 'total net'],
    { column: 'total net', text: '1', cut: false },
  ],
  ['COPY t, Zeile 2, Spalte a: »infinity«', ['a'], { column: 'a', text: 'infinity', cut: false }],
  ['PL/pgSQL function f() line 1 at RAISE', ['a'], null],
])('the value in %j', (where, columns, expected) => {
  expect(refusedValue(errorOf(where), columns)).toEqual(expected);
});
