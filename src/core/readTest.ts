import { FailureCode, type FailureDetail, SyncFailure } from '../shared/errors.ts';
import type { ConnectionSettings } from '../shared/settings.ts';
import { selectTables } from './batch/select.ts';
import { readTables } from './catalogue/read.ts';
import { ident, qualified, regName } from './postgres/quote.ts';
import { nothingThere } from './source/schemas.ts';
import type { Link } from './sync/pass.ts';

/** So many of the tables that may not be read are named. */
const NAMED = 10;

/**
 * Whether the role may read all tables that a connection selects.
 *
 * @returns how many those are
 * @throws SyncFailure `source_permission` with the names, `source_table_unknown`, `source_table_missing`,
 *   `source_schema_missing`, `source_schema_empty`
 */
export async function tryReading({ session, version }: Link, source: ConnectionSettings): Promise<number> {
  const { schema } = source;
  const { rows } = await session.query(
    `SELECT pg_catalog.has_schema_privilege(n.oid, 'USAGE') AS uses, current_user AS role
     FROM pg_catalog.pg_namespace n WHERE n.nspname OPERATOR(pg_catalog.=) $1`,
    [schema],
  );
  const all = await readTables(session, version, schema);
  if (all.length === 0) throw await nothingThere(session, source);
  const role = rows[0]?.role ?? source.user;
  if (rows[0]?.uses !== 't') throw denied(source, role, 'SCHEMA', [schema], grantUsage(schema, role));
  const selected = selectTables(source, all);
  const tables = selected.filter((one) => one.shape !== null).map((one) => one.table);
  const lost = selected.find((one) => one.shape === null);
  if (lost !== undefined) throw unknown(source, lost.table, lost.nearest);
  if (tables.length === 0)
    throw failure(source, FailureCode.SourceTableMissing, 'no table fits "tables" and "exclude"', {
      schema,
      table: '*',
    });
  const refused = await session.query(
    `SELECT table_name FROM pg_catalog.json_object_keys($1::pg_catalog.json) AS table_name
     WHERE NOT pg_catalog.has_table_privilege($1::pg_catalog.json OPERATOR(pg_catalog.->>) table_name, 'SELECT') ORDER BY table_name`,
    [JSON.stringify(Object.fromEntries(tables.map((one) => [one, regName(schema, one)])))],
  );
  if (refused.rows.length === 0) return tables.length;
  const names = refused.rows.map((row) => row.table_name ?? '');
  const message = `no SELECT on ${names.length} of ${tables.length} tables`;
  const on = names.map((one) => qualified(schema, one)).join(', ');
  throw denied(source, role, message, names, `GRANT SELECT ON ${on} TO ${ident(role)};`);
}

function grantUsage(schema: string, role: string): string {
  return `GRANT USAGE ON SCHEMA ${ident(schema)} TO ${ident(role)};`;
}

function listed(names: readonly string[]): string {
  return names.length <= NAMED ? names.join(', ') : `${names.slice(0, NAMED).join(', ')}, …`;
}

function denied(
  source: ConnectionSettings,
  user: string,
  what: string,
  names: readonly string[],
  sql: string,
): SyncFailure {
  const message = what === 'SCHEMA' ? `no USAGE on schema ${source.schema}` : what;
  return failure(source, FailureCode.SourcePermission, message, { table: listed(names), user, sql });
}

function unknown(source: ConnectionSettings, table: string, nearest: string | undefined): SyncFailure {
  const { schema } = source;
  return failure(source, FailureCode.SourceTableUnknown, `schema ${schema} has no table ${table}`, {
    schema,
    table,
    nearest: nearest === undefined || nearest === '' ? '–' : nearest,
  });
}

function failure(
  { id, user }: ConnectionSettings,
  code: FailureCode,
  message: string,
  params: FailureDetail['params'],
): SyncFailure {
  return new SyncFailure({ code, kind: 'permanent', message, params: { connection: id, user, ...params } });
}
