import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CENTRAL_ROLE, SOURCE_ROLE } from '../../../../src/demo/endpoint.ts';
import { run } from '../../../support/branch.ts';
import type { DatabasePair, TestDatabase } from '../../../support/databases.ts';

/** Stands first in every search path, before pg_catalog. */
const FIRST = 'evil';
/** Where twins are: those of a table's own schema are found by whoever names no path at all. */
const PLACES = [FIRST, 'public'];

const CORE = join(import.meta.dirname, '../../../../src/core');

/** Every function of PostgreSQL's own that the program's sources name. */
export function calledFunctions(): readonly string[] {
  const files = readdirSync(CORE, { recursive: true, encoding: 'utf8' }).filter((one) => one.endsWith('.ts'));
  const names = files.flatMap((file) =>
    [...readFileSync(join(CORE, file), 'utf8').matchAll(/pg_catalog\.([a-z]\w+)\(/g)].map(
      (one) => one[1] ?? '',
    ),
  );
  return [...new Set(names)].sort();
}

/**
 * Plants a twin of everything that the program calls or reads (functions, aggregates, operators, types, catalogues)
 * in two schemas of both databases, one of which stands before pg_catalog in the search path of database and roles.
 * A twin does what the original does, and notes who called it.
 */
export async function plantTwins({ source, central }: DatabasePair): Promise<void> {
  await Promise.all([
    plant(source, SOURCE_ROLE, 'adempiere, public'),
    plant(central, CENTRAL_ROLE, 'public'),
  ]);
}

async function plant(database: TestDatabase, role: string, rest: string): Promise<void> {
  const path = `${FIRST}, pg_catalog, ${rest}`;
  await run(
    database,
    'SET search_path = pg_catalog',
    `CREATE SCHEMA ${FIRST}`,
    `GRANT USAGE ON SCHEMA ${FIRST} TO PUBLIC`,
    `CREATE TABLE ${FIRST}.called (what text, by text DEFAULT session_user)`,
    `GRANT INSERT ON ${FIRST}.called TO PUBLIC`,
    NOTE,
    ...PLACES.flatMap((place) => [
      twinFunctions(place),
      twinOperators(place),
      ...twinAggregates(place),
      twinRelations(place),
      ...twinTypes(place),
    ]),
    `ALTER DATABASE ${database.database} SET search_path = ${path}`,
    `ALTER ROLE ${role} IN DATABASE ${database.database} SET search_path = ${path}`,
  );
}

/**
 * Notes a call in a table, and in the server's log where the transaction may not write or is rolled back. Always true,
 * so that it may stand in a condition.
 */
const NOTE = `CREATE FUNCTION ${FIRST}.note(what text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  IF session_user = ANY ('{${SOURCE_ROLE},${CENTRAL_ROLE}}') THEN
    RAISE LOG 'twin called: %', what;
    BEGIN
      INSERT INTO ${FIRST}.called (what) VALUES (what);
    EXCEPTION WHEN OTHERS THEN NULL;
    END;
  END IF;
  RETURN true;
END $$ SET search_path = pg_catalog`;

/** What can stand in a function of PL/pgSQL: no "any", internal or cstring. */
const WRITABLE = `NOT EXISTS (SELECT FROM unnest(p.proargtypes::oid[] || p.prorettype) t(oid)
  WHERE t.oid = ANY ('{"\\"any\\"",internal,cstring,trigger,record,pg_node_tree}'::regtype[]::oid[]))`;

function twinFunctions(place: string): string {
  const list = calledFunctions().join(',');
  return `DO $do$
DECLARE f record; arguments text;
BEGIN
  FOR f IN SELECT p.proname, p.oid, p.proretset, p.pronargs, p.provariadic,
      pg_get_function_identity_arguments(p.oid) AS args, pg_get_function_result(p.oid) AS result
    FROM pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind = 'f'
      AND p.proname = ANY ('{${list}}') AND p.proargmodes IS NULL AND ${WRITABLE}
  LOOP
    arguments := (SELECT coalesce(string_agg('$' || n, ', '), '') FROM generate_series(1, f.pronargs) n);
    EXECUTE format('CREATE FUNCTION ${place}.%I(%s) RETURNS %s LANGUAGE plpgsql AS %L', f.proname, f.args, f.result,
      format('BEGIN PERFORM ${FIRST}.note(%L); %s END', f.proname || '(' || f.args || ')',
        CASE WHEN f.proretset THEN format('RETURN QUERY SELECT pg_catalog.%I(%s);', f.proname, arguments)
          WHEN f.result = 'void' THEN format('PERFORM pg_catalog.%I(%s);', f.proname, arguments)
          ELSE format('RETURN pg_catalog.%I(%s);', f.proname, arguments) END));
  END LOOP;
END $do$`;
}

function twinOperators(place: string): string {
  return `DO $do$
DECLARE o record; name text; n int := 0;
BEGIN
  FOR o IN SELECT p.oprname, format_type(p.oprleft, NULL) AS l, format_type(p.oprright, NULL) AS r,
      format_type(p.oprresult, NULL) AS result, p.oprleft = 0 AS prefix
    FROM pg_operator p WHERE p.oprnamespace = 'pg_catalog'::regnamespace AND p.oprcode <> 0
      AND NOT (ARRAY[p.oprleft, p.oprright, p.oprresult] && '{"\\"any\\"",internal,cstring}'::regtype[]::oid[])
      AND p.oprname = ANY ('{=,<>,<,>,<=,>=,+,-,*,/,%,||,->,->>,~~,!~~,#,&,>>,~,*<>,*=}')
      AND 'record'::regtype <> ALL (ARRAY[p.oprleft, p.oprright])
  LOOP
    n := n + 1;
    name := 'operator_' || n;
    EXECUTE format('CREATE FUNCTION ${place}.%I(%s) RETURNS %s LANGUAGE plpgsql AS %L', name,
      CASE WHEN o.prefix THEN o.r ELSE o.l || ', ' || o.r END, o.result,
      format('BEGIN PERFORM ${FIRST}.note(%L); RETURN %s OPERATOR(pg_catalog.%s) %s; END',
        o.l || ' ' || o.oprname || ' ' || o.r, CASE WHEN o.prefix THEN '' ELSE '$1' END, o.oprname,
        CASE WHEN o.prefix THEN '$1' ELSE '$2' END));
    EXECUTE format('CREATE OPERATOR ${place}.%s (FUNCTION = ${place}.%I, %s RIGHTARG = %s)', o.oprname, name,
      CASE WHEN o.prefix THEN '' ELSE 'LEFTARG = ' || o.l || ',' END, o.r);
  END LOOP;
END $do$`;
}

/** Aggregates, of which those over any type and over any number of values can only be had for some types each. */
function twinAggregates(place: string): readonly string[] {
  const step = (name: string, state: string, next: string, args: string): string =>
    `CREATE FUNCTION ${place}.${name}(state ${state}${args}) RETURNS ${state} LANGUAGE plpgsql AS
     $$ BEGIN PERFORM ${FIRST}.note('${name}'); RETURN ${next}; END $$`;
  const kept = (name: string, type: string): readonly string[] => [
    step(`${name}_${type}`, type, 'coalesce(value, state)', `, value ${type}`),
    `CREATE AGGREGATE ${place}.${name}(${type}) (SFUNC = ${place}.${name}_${type}, STYPE = ${type})`,
  ];
  return [
    step('count_step', 'bigint', 'state + 1', ''),
    `CREATE AGGREGATE ${place}.count(*) (SFUNC = ${place}.count_step, STYPE = bigint, INITCOND = '0')`,
    ...['int', 'bigint', 'numeric', 'text', 'timestamptz'].flatMap((type) => [
      ...kept('max', type),
      ...kept('min', type),
    ]),
    ...['bigint', 'numeric'].flatMap((type) => kept('sum', type)),
    ...['bool_and', 'bool_or'].flatMap((name) => kept(name, 'bool')),
    step('string_agg_step', 'text', 'concat(state, sign, value)', ', value text, sign text'),
    `CREATE AGGREGATE ${place}.string_agg(text, text) (SFUNC = ${place}.string_agg_step, STYPE = text)`,
    ...VARIADIC.map(
      ([name, args, result, body]) =>
        `CREATE FUNCTION ${place}.${name}(${args}) RETURNS ${result} LANGUAGE plpgsql AS
         $$ BEGIN PERFORM ${FIRST}.note('${name}'); RETURN ${body}; END $$`,
    ),
  ];
}

/** Functions of "any" that were called without their schema once, for the very types that they were called with. */
const VARIADIC = [
  [
    'json_build_array',
    'name, text, bigint, smallint, text',
    'json',
    'pg_catalog.json_build_array($1, $2, $3, $4, $5)',
  ],
  ['json_build_array', 'name, name', 'json', 'pg_catalog.json_build_array($1, $2)'],
  ['json_build_object', 'text, text, text, bigint', 'json', 'pg_catalog.json_build_object($1, $2, $3, $4)'],
  ['concat', 'text, text, text', 'text', 'pg_catalog.concat($1, $2, $3)'],
  ['concat', 'anyelement', 'text', 'pg_catalog.concat($1)'],
  ['concat_ws', 'text, text, text', 'text', 'pg_catalog.concat_ws($1, $2, $3)'],
] as const;

function twinRelations(place: string): string {
  return `DO $do$
DECLARE c record;
BEGIN
  FOR c IN SELECT relname FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind IN ('r', 'v')
  LOOP
    BEGIN
      EXECUTE format('CREATE VIEW ${place}.%I AS SELECT * FROM pg_catalog.%I WHERE ${FIRST}.note(%L)',
        c.relname, c.relname, c.relname);
      EXECUTE format('GRANT SELECT ON ${place}.%I TO PUBLIC', c.relname);
    EXCEPTION WHEN invalid_table_definition THEN NULL;
    END;
  END LOOP;
END $do$`;
}

function twinTypes(place: string): readonly string[] {
  return [
    'text',
    'json',
    'jsonb',
    'name',
    'oid',
    'xid',
    'int4',
    'int8',
    'timestamptz',
    'xml',
    'uuid',
    'bytea',
  ].map(
    (type) => `CREATE DOMAIN ${place}.${type} AS pg_catalog.${type} CHECK (${FIRST}.note('type ${type}'))`,
  );
}

/** Which twins were called by Branchline's roles, in transactions that were committed. */
export async function calledTwins(database: TestDatabase): Promise<readonly string[]> {
  const client = await database.connectAdmin();
  try {
    const { rows } = await client.query<{ what: string }>(
      `SELECT DISTINCT what FROM ${FIRST}.called ORDER BY 1`,
    );
    return rows.map((row) => row.what);
  } finally {
    await client.end();
  }
}
