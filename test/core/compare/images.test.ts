import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { atBranch, atCentral, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases, settled } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import { startServer } from '../../support/servers.ts';
import { verifyTable } from './support.ts';

/** Of each class of types: a value, and the most like it that is not the same. */
const PAIRS: readonly (readonly [name: string, type: string, value: string, other: string])[] = [
  ['small', 'smallint', '5', '-5'],
  ['whole', 'integer', '7', '-7'],
  ['big', 'bigint', '1', '4294967296'],
  ['big_sign', 'bigint', '5', '-6'],
  ['fixed', 'numeric(10,2)', '12.50', '-12.50'],
  ['scale', 'numeric', '1.0', '1.00'],
  ['sign', 'numeric', '3', '-3'],
  ['nan', 'numeric', "'NaN'", "'Infinity'"],
  ['infinite', 'numeric', "'Infinity'", "'-Infinity'"],
  ['nothing', 'numeric', '0', 'NULL'],
  ['nan_fixed', 'numeric(10,2)', "'NaN'", 'NULL'],
  ['float4', 'real', "'-0'", '0'],
  ['float8', 'double precision', '0.1', '0.10000000000000002'],
  ['zero8', 'double precision', '0', "'-0'"],
  ['truth', 'boolean', 'true', 'false'],
  ['flag', 'char(1)', "'Y'", "'N'"],
  ['padded', 'char(5)', "'ab'", "' ab'"],
  ['blanks', 'bpchar', "'ab'", "'ab '"],
  ['line', 'text', "'a'", "'a '"],
  ['empty', 'text', "''", 'NULL'],
  ['accent', 'text', "U&'\\00e9'", "U&'e\\0301'"],
  ['short', 'varchar(20)', "'INV/1'", "'INV/l'"],
  ['bytes', 'bytea', "'\\x00ff00'", "'\\x00ff01'"],
  ['day', 'date', "'2025-01-31'", "'2025-02-01'"],
  ['endless_day', 'date', "'infinity'", "'-infinity'"],
  ['clock', 'time', "'10:00:00'", "'10:00:00.000001'"],
  ['zoned_clock', 'timetz', "'10:00+07'", "'03:00+00'"],
  ['moment', 'timestamp', "'2025-01-31 10:00:00'", "'2025-01-31 10:00:00.000001'"],
  ['zoned', 'timestamptz', "'2025-01-31 10:00+07'", "'2025-01-31 10:00+08'"],
  ['span', 'interval', "'30 days'", "'1 month'"],
  ['span_hours', 'interval', "'1 day'", "'24 hours'"],
  ['row_uu', 'uuid', "'00000000-0000-0000-0000-000000000001'", "'00000000-0000-0000-0000-000000000002'"],
  ['price', 'money', "'1.00'", "'1.01'"],
  ['doc', 'json', '\'{"a": 1}\'', '\'{"a":1}\''],
  ['docb', 'jsonb', '\'{"a": 1.0}\'', '\'{"a": 1.00}\''],
  ['mark_up', 'xml', "'<a/>'", "'<a></a>'"],
  ['address', 'inet', "'10.0.0.1/8'", "'10.0.0.1/16'"],
  ['card', 'macaddr', "'08:00:2b:01:02:03'", "'08:00:2b:01:02:04'"],
  ['bits', 'varbit', "B'1010'", "B'10100'"],
  ['place', 'point', "'(1,2)'", "'(1,-2)'"],
  ['words', 'tsvector', "'a b'", "'a c'"],
  ['list', 'numeric[]', "'{1.0,2}'", "'{1.00,2}'"],
  ['list_bounds', 'integer[]', "'{1,2}'", "'[0:1]={1,2}'"],
  ['list_null', 'text[]', "'{a,NULL}'", '\'{a,"NULL"}\''],
  ['range', 'numrange', "'[1.0,2)'", "'[1.00,2)'"],
  ['mood', 'adempiere.mood', "'happy'", "'sad'"],
  ['moods', 'adempiere.mood[]', "'{happy,sad}'", "'{sad,happy}'"],
  ['share', 'adempiere.share', '50.5', '50.50'],
  ['pair', 'adempiere.pair', "'(1.0,x)'", "'(1.00,x)'"],
  ['pair_nulls', 'adempiere.pair', "'(,)'", 'NULL'],
];

const TYPES = [
  "CREATE TYPE mood AS ENUM ('happy', 'sad')",
  'CREATE DOMAIN share AS numeric CHECK (VALUE BETWEEN 0 AND 100)',
  'CREATE TYPE pair AS (amount numeric, name text)',
];
const TABLE = `CREATE TABLE every (id integer PRIMARY KEY, ${PAIRS.map(([name, type]) => `${name} ${type}`).join(', ')})`;
const ROWS = [1, 2, 3].map(
  (id) => `INSERT INTO every VALUES (${[id, ...PAIRS.map((one) => one[2])].join(', ')})`,
);

async function findsEachImage(pair: DatabasePair): Promise<void> {
  await atBranch(pair, ...TYPES, TABLE, ...ROWS);
  await settled(pair.source);
  using home = makeHome(pair);
  await using engine = home.open();
  expect((await sync(engine)).batch.status).toBe('completed');
  expect(await verifyTable(engine, 'every')).toMatchObject({ result: 'equal', left_out: [], source_rows: 3 });

  const found: Record<string, unknown> = {};
  for (const [name, , , other] of PAIRS) {
    await atCentral(pair, `UPDATE every SET ${name} = ${other} WHERE id = 2`);
    const { result, different_rows, examples } = await verifyTable(engine, 'every');
    found[name] = [result, different_rows, examples];
    const mended = await verifyTable(engine, 'every', true);
    expect([name, mended.result, mended.repaired_rows]).toEqual([name, 'repaired', 1]);
  }
  expect(found).toEqual(Object.fromEntries(PAIRS.map(([name]) => [name, ['differs', 1, [['2']]]])));
}

test('a change of one sign, scale, blank or unit is found in every type, and mended', async () => {
  await using pair = await freshDatabases();
  await findsEachImage(pair);
});

const BIN_15 = '/usr/lib/postgresql/15/bin';

test.skipIf(!existsSync(BIN_15)).each(['source', 'central'] as const)(
  'PostgreSQL 15 as %s and 18 at the other end have the same digests of every type',
  async (side) => {
    await using older = await startServer({
      bin: BIN_15,
      settings: { timezone: 'Asia/Jakarta', jit: 'off' },
    });
    await using pair = await freshDatabases(
      side === 'source' ? { sourceServer: older } : { centralServer: older },
    );
    await findsEachImage(pair);
  },
);
