import { describe, expect, test } from 'vitest';
import { builtinSql, modifierSql } from '../../../src/core/catalogue/typeName.ts';
import { SyncFailure } from '../../../src/shared/errors.ts';
import { atBranch, atCentral, fromCentral, run, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';

/** What a server may put in the place of a type's name. */
const HOSTILE = [
  'integer); DROP TABLE public.precious; CREATE TABLE x(i integer',
  'integer; COMMIT; DROP TABLE public.precious; --',
  'integer DEFAULT public.evil()',
  'integer CHECK (public.evil())',
  'text COLLATE public.evil',
  'public.evil',
  '"evil"',
  'integer[]; DROP TABLE public.precious',
  'numeric(10,2)); DROP TABLE public.precious; --',
  'numeric((SELECT public.evil()),0)',
  'integer\n); DROP TABLE public.precious; --',
  'integer/**/',
  'integer --',
  'pg_catalog.int4); DROP TABLE public.precious; --',
  'information_schema.x; DROP TABLE public.precious',
  'timestamp(3) without time zone, evil integer',
  'interval day to second(3) DEFAULT public.evil()',
  '"char" NOT NULL',
  'x'.repeat(100_000).concat(')'),
  '',
] as const;

describe('a text that a server calls a type', () => {
  test.each(HOSTILE)('goes nowhere where it is %j', (type) => {
    expect(() => builtinSql(type)).toThrow(SyncFailure);
  });

  test.each([
    ['integer', 'integer'],
    ['text', 'pg_catalog.text'],
    ['numeric(10,2)', 'numeric(10,2)'],
    ['numeric(5,-2)', 'numeric(5,-2)'],
    ['character varying(20)[]', 'character varying(20)[]'],
    ['timestamp(3) without time zone', 'timestamp(3) without time zone'],
    ['time with time zone', 'time with time zone'],
    ['interval day to second(3)', 'interval day to second(3)'],
    ['interval(6)', 'interval(6)'],
    ['"char"', 'pg_catalog."char"'],
    ['"bit"', 'pg_catalog."bit"'],
    ['bit varying(8)', 'bit varying(8)'],
    ['bpchar', 'pg_catalog.bpchar'],
    ['int4range', 'pg_catalog.int4range'],
    ['jsonb[]', 'pg_catalog.jsonb[]'],
    ['information_schema.sql_identifier', 'information_schema.sql_identifier'],
  ])('is %s, and then is written %s', (type, sql) => {
    expect(builtinSql(type)).toBe(sql);
  });

  test.each(['(Point); DROP TABLE x; --', '(1', '(a b)', '(1)(2)', "('x')", '(1,)', '(SELECT 1)'])(
    'has no modifier %s',
    (modifier) => {
      expect(() => modifierSql(modifier)).toThrow(SyncFailure);
    },
  );

  test.each(['', '(Point,4326)', '(10,-2)'])('may have the modifier %j', (modifier) => {
    expect(modifierSql(modifier)).toBe(modifier);
  });
});

/** A database's owner can replace PostgreSQL's own function: no search path helps against that. */
function lying(text: string): string {
  return `CREATE OR REPLACE FUNCTION pg_catalog.format_type(oid, integer) RETURNS text LANGUAGE sql STABLE AS
    $lie$ SELECT CASE $1 WHEN 20 THEN $type$${text}$type$ WHEN 23 THEN 'integer' ELSE 'text' END $lie$`;
}

test('the owner of a branch cannot run SQL at head office by what the branch says of its types', async () => {
  await using pair = await freshDatabases();
  await atCentral(pair, 'CREATE TABLE precious (id int)', 'ALTER TABLE precious OWNER TO branchline');
  await atBranch(
    pair,
    'CREATE TABLE bad (id int PRIMARY KEY, v bigint)',
    'CREATE TABLE good (id int PRIMARY KEY, v text)',
    'INSERT INTO bad VALUES (1, 1)',
    "INSERT INTO good VALUES (1, 'a')",
  );
  using home = makeHome(pair, { central: { layout: 'schema' } });
  await using engine = home.open();

  for (const text of HOSTILE.slice(0, 4)) {
    await run(pair.source, lying(text));
    const { table } = await sync(engine);
    expect(table('bad')).toMatchObject({ status: 'failed', error_code: 'type_unreadable' });
    expect(table('good').status).toBe('completed');
  }

  expect(await tables(pair)).toEqual(['branchline.checkpoints', 'pgsql_lmp.good', 'public.precious']);
});

/** Of central, without most of Branchline's own. */
async function tables(pair: DatabasePair): Promise<readonly (string | null)[]> {
  const rows = await fromCentral(
    pair,
    `SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'r' AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
       AND (n.nspname <> 'branchline' OR c.relname = 'checkpoints') ORDER BY 1`,
  );
  return rows.map(([name = null]) => name);
}

test('the owner of head office cannot run SQL at a branch by what it says of its types', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE tripwire (id int)',
    'GRANT INSERT, SELECT ON tripwire TO branchline_read',
    'CREATE TABLE item (id int PRIMARY KEY, v int)',
    'INSERT INTO item VALUES (1, 1)',
  );
  using home = makeHome(pair, { central: { layout: 'schema' }, connection: { exclude: ['tripwire'] } });
  await using engine = home.open();
  await sync(engine);
  await atCentral(pair, 'ALTER TABLE pgsql_lmp.item ALTER v TYPE bigint');

  for (const type of [
    'bigint) FROM x; COMMIT; INSERT INTO adempiere.tripwire VALUES (1); --',
    'bigint; COMMIT; INSERT INTO adempiere.tripwire VALUES (1); SELECT (1',
  ]) {
    await run(pair.central, lying(type));
    const { tables: verified } = await engine.verify({ trigger: 'cli' });
    expect(verified.map((one) => one.result)).not.toContain('equal');
    await sync(engine, { strategy: 'compare' });
  }

  const branch = await pair.source.connectAdmin();
  const { rows } = await branch.query('SELECT * FROM adempiere.tripwire');
  await branch.end();
  expect(rows).toEqual([]);
});

test('names, labels and comments that are SQL arrive as what they are', async () => {
  await using pair = await freshDatabases();
  const evil = `x"; DROP TABLE public.precious; --`;
  const quoted = `"${evil.replaceAll('"', '""')}"`;
  const label = `a'; DROP TABLE public.precious; --`;
  await atCentral(pair, 'CREATE TABLE precious (id int)', 'ALTER TABLE precious OWNER TO branchline');
  await atBranch(
    pair,
    `CREATE TYPE "integer); DROP TABLE public.precious; --" AS ENUM ('${label.replaceAll("'", "''")}', 'b\\')`,
    `CREATE TYPE "p;" AS (${quoted} int, "b'" text)`,
    `CREATE DOMAIN "int;--" AS int CHECK (VALUE > 0)`,
    `CREATE TYPE "text" AS ENUM ('own')`,
    `CREATE TABLE ${quoted} (${quoted} int PRIMARY KEY, "e;" "integer); DROP TABLE public.precious; --",
       "es'" "integer); DROP TABLE public.precious; --"[], p "p;", d "int;--", own adempiere."text", "$1" text DEFAULT 'x''; --')`,
    `INSERT INTO ${quoted} VALUES (1, '${label.replaceAll("'", "''")}', ARRAY['b\\']::"integer); DROP TABLE public.precious; --"[], ROW(1, 'q'), 5, 'own')`,
  );
  using home = makeHome(pair, { central: { layout: 'schema' } });
  await using engine = home.open();

  expect((await sync(engine)).table(evil)).toMatchObject({ error_message: null, status: 'completed' });
  await atBranch(pair, `UPDATE ${quoted} SET d = 6`);
  expect((await sync(engine)).table(evil)).toMatchObject({ status: 'completed', records_processed: 1 });
  await atCentral(pair, `UPDATE pgsql_lmp.${quoted} SET d = 7`);
  const verified = await engine.verify({ trigger: 'cli', repair: true });

  expect(verified.tables.map((one) => one.result)).toEqual(['repaired']);
  expect(await fromCentral(pair, `SELECT "e;", "es'"::text, d, own FROM pgsql_lmp.${quoted}`)).toEqual([
    [label, '{"b\\\\"}', '6', 'own'],
  ]);
  expect(await fromCentral(pair, 'SELECT * FROM precious')).toEqual([]);
});
