import { afterAll, beforeAll, expect, test } from 'vitest';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { freshDatabases } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';
import type { TestServer } from '../../support/servers.ts';
import { serverOf } from '../../support/versions.ts';
import { verifyTable } from '../compare/support.ts';

/** Since 17 an interval may be infinite; older servers read its bytes as the longest one that they know (A5). */

const LONGEST = '178956970 years 7 mons 2147483647 days 2562047788:00:54.775807';
const MIRROR = { central: { layout: 'schema' } };

let older: TestServer;
beforeAll(async () => {
  older = await serverOf(15);
});
afterAll(() => older.remove());

const FORMS: readonly (readonly [string, readonly string[], string])[] = [
  ['interval', [], "'infinity'"],
  ['interval day to second(3)', [], "'-infinity'"],
  ['interval[]', [], "'{1 day,infinity}'"],
  ['span', ['CREATE DOMAIN span AS interval'], "'infinity'"],
  ['spans', ['CREATE TYPE spans AS (a interval, n int)'], "'(infinity,1)'"],
  ['span_range', ['CREATE TYPE span_range AS RANGE (SUBTYPE = interval)'], "'[1 day,infinity]'"],
];

test.each(FORMS)(
  'an infinite %s is refused by a head office before 17, with the column and the row (A5)',
  async (type, types, value) => {
    await using pair = await freshDatabases({ centralServer: older });
    await atBranch(
      pair,
      ...types,
      `CREATE TABLE work (id int PRIMARY KEY, v int, took ${type})`,
      'INSERT INTO work VALUES (1, 1, NULL)',
      `INSERT INTO work VALUES (2, 2, ${value})`,
    );
    using home = makeHome(pair, MIRROR);
    await using engine = home.open();

    const { table } = await sync(engine);

    expect(table('work')).toMatchObject({ status: 'failed', error_code: 'value_refused' });
    expect(table('work').error_detail?.params).toMatchObject({
      table: 'work',
      column: 'took',
      key: 'id = 2',
    });
    expect(table('work').error_message).toMatch(/line 2, column took/);
    expect(await fromCentral(pair, `SELECT id FROM ${CONNECTION}.work WHERE took IS NOT NULL`)).toEqual([]);
  },
);

test('an infinite interval does not count as equal to the longest one of an older head office (A5)', async () => {
  await using pair = await freshDatabases({ centralServer: older });
  await atBranch(
    pair,
    'CREATE TABLE work (id int PRIMARY KEY, took interval, list interval[])',
    "INSERT INTO work VALUES (1, '1 day', '{1 day}'), (2, '2 days', '{2 days}'), (3, '3 days', '{1 mon,-1 day}')",
  );
  using home = makeHome(pair, MIRROR);
  await using engine = home.open();
  await sync(engine);
  expect(await verifyTable(engine, 'work')).toMatchObject({ result: 'equal', left_out: [] });

  await atBranch(
    pair,
    "UPDATE work SET took = 'infinity' WHERE id = 1",
    "UPDATE work SET list = '{infinity}' WHERE id = 2",
  );
  await atCentral(
    pair,
    `UPDATE ${CONNECTION}.work SET took = '${LONGEST}' WHERE id = 1`,
    `UPDATE ${CONNECTION}.work SET list = '{${LONGEST}}' WHERE id = 2`,
  );

  expect((await verifyTable(engine, 'work')).result).not.toBe('equal');
});

test('the longest interval of an older branch, which 18 itself reads as an infinite one, is told by verify', async () => {
  await using pair = await freshDatabases({ sourceServer: older });
  await atBranch(
    pair,
    'CREATE TABLE work (id int PRIMARY KEY, took interval)',
    `INSERT INTO work VALUES (1, '${LONGEST}')`,
  );
  using home = makeHome(pair, MIRROR);
  await using engine = home.open();
  await sync(engine);

  expect(await fromCentral(pair, `SELECT took::text FROM ${CONNECTION}.work`)).toEqual([['infinity']]);
  expect((await verifyTable(engine, 'work')).result).toBe('differs');
});

test('infinite intervals arrive in binary between two servers that know them', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE work (took interval PRIMARY KEY, list interval[])',
    "INSERT INTO work VALUES ('infinity', '{-infinity}'), ('-infinity', NULL), ('1 day', '{}')",
  );
  using home = makeHome(pair, { ...MIRROR, sync: { chunkRows: 1 } });
  await using engine = home.open();
  await sync(engine);

  expect(
    await fromCentral(pair, `SELECT took::text, list::text FROM ${CONNECTION}.work ORDER BY took`),
  ).toEqual([
    ['-infinity', null],
    ['1 day', '{}'],
    ['infinity', '{-infinity}'],
  ]);
  expect((await verifyTable(engine, 'work')).result).toBe('equal');
});
