import { FailureCode, type FailureDetail, SyncFailure } from '../shared/errors.ts';
import type { ConnectionSettings } from '../shared/settings.ts';
import { selectTables } from './batch/select.ts';
import { readTables } from './catalogue/read.ts';
import { qualified } from './postgres/quote.ts';
import type { Link } from './sync/pass.ts';

/** So many of the tables that may not be read are named. */
const NAMED = 10;

/**
 * Whether the role may read all tables that a connection selects.
 *
 * @returns how many those are
 * @throws SyncFailure `source_permission` with the names, `source_table_missing`
 */
export async function tryReading({ session, version }: Link, source: ConnectionSettings): Promise<number> {
  const { schema } = source;
  const { rows } = await session.query(
    `SELECT has_schema_privilege(n.oid, 'USAGE') AS uses FROM pg_namespace n WHERE n.nspname = $1`,
    [schema],
  );
  if (rows[0] === undefined) throw failure(source, 'there is no such schema', missing(schema));
  if (rows[0].uses !== 't') throw failure(source, `no USAGE on schema ${schema}`, denied(`SCHEMA ${schema}`));
  const selected = selectTables(source, await readTables(session, version, schema));
  const tables = selected.filter((one) => one.shape !== null).map((one) => one.table);
  const [lost] = selected.filter((one) => one.shape === null).map((one) => one.table);
  if (lost !== undefined) throw failure(source, `schema ${schema} has no table ${lost}`, missing(lost));
  if (tables.length === 0)
    throw failure(source, 'no table fits "tables" and "exclude"', missing(`${schema}.*`));
  const refused = await session.query(
    `SELECT table_name FROM json_object_keys($1::json) AS table_name
     WHERE NOT has_table_privilege($1::json ->> table_name, 'SELECT') ORDER BY table_name`,
    [JSON.stringify(Object.fromEntries(tables.map((one) => [one, qualified(schema, one)])))],
  );
  if (refused.rows.length === 0) return tables.length;
  const names = refused.rows.map((row) => row.table_name ?? '');
  const message = `no SELECT on ${names.length} of ${tables.length} tables`;
  throw failure(source, message, denied(listed(names)));
}

function listed(names: readonly string[]): string {
  return names.length <= NAMED ? names.join(', ') : `${names.slice(0, NAMED).join(', ')}, …`;
}

interface Missed {
  readonly code: FailureCode;
  readonly table: string;
}

const missing = (table: string): Missed => ({ code: FailureCode.SourceTableMissing, table });
const denied = (table: string): Missed => ({ code: FailureCode.SourcePermission, table });

function failure({ id, user }: ConnectionSettings, message: string, { code, table }: Missed): SyncFailure {
  const detail: FailureDetail = {
    code,
    kind: 'permanent',
    message,
    params: { connection: id, table, user },
  };
  return new SyncFailure(detail);
}
