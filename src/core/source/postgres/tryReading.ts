import { FailureCode, FailureKind, SyncFailure } from '../../../shared/errors.ts';
import type { TableShape } from '../../catalogue/shape.ts';
import { ident, qualified, regName } from '../../postgres/quote.ts';
import type { Session } from '../../postgres/session.ts';
import type { SourceEndpoint } from '../port.ts';

/** Maximum number of unreadable tables to name. */
const NAMED = 10;

/**
 * Checks that our role may read the tables that `choose` picks.
 *
 * @param read reads all tables of the schema
 * @returns how many those are
 * @throws SyncFailure `source_permission` with the names
 */
export async function tryReading(
  session: Session,
  source: SourceEndpoint,
  read: () => Promise<readonly TableShape[]>,
  choose: (all: readonly TableShape[]) => readonly string[],
): Promise<number> {
  const { schema } = source;
  const { rows } = await session.query(
    `SELECT pg_catalog.has_schema_privilege(n.oid, 'USAGE') AS uses, current_user AS role
     FROM pg_catalog.pg_namespace n WHERE n.nspname OPERATOR(pg_catalog.=) $1`,
    [schema],
  );
  const all = await read();
  const role = rows[0]?.role ?? source.user;
  if (rows[0]?.uses !== 't') {
    const sql = `GRANT USAGE ON SCHEMA ${ident(schema)} TO ${ident(role)};`;
    throw denied(source, role, `no USAGE on schema ${schema}`, [schema], sql);
  }
  const tables = choose(all);
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

function denied(
  { id }: SourceEndpoint,
  user: string,
  message: string,
  names: readonly string[],
  sql: string,
): SyncFailure {
  const table = names.length <= NAMED ? names.join(', ') : `${names.slice(0, NAMED).join(', ')}, …`;
  const params = { connection: id, user, table, sql };
  return new SyncFailure({
    code: FailureCode.SourcePermission,
    kind: FailureKind.Permanent,
    message,
    params,
  });
}
