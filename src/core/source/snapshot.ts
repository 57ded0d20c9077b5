import { type Key, keyConditions } from '../central/apply.ts';
import type { Target } from '../central/target.ts';
import { ident, qualified } from '../postgres/quote.ts';
import type { Session } from '../postgres/session.ts';

/**
 * Opens the transaction that a pass reads in: one consistent picture, whatever the ERP does meanwhile.
 *
 * - no time-outs of the server's: a slow central makes us read slowly, and that is no fault;
 * - `row_security = off` makes a policy fail the query instead of hiding rows from us;
 * - values are written in one way, whatever the server's own settings are;
 * - `enable_sort = off`: rows come in the order of the key's index. Sorting would put the whole table on
 *   the branch's disk, again at every resume.
 */
function beginSource(version: number): string {
  return [
    'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY',
    'SET LOCAL statement_timeout = 0',
    'SET LOCAL idle_in_transaction_session_timeout = 0',
    ...(version >= 170000 ? ['SET LOCAL transaction_timeout = 0'] : []),
    "SET LOCAL lock_timeout = '30s'",
    'SET LOCAL row_security = off',
    "SET LOCAL search_path = ''",
    "SET LOCAL TimeZone = 'UTC'",
    "SET LOCAL DateStyle = 'ISO, YMD'",
    "SET LOCAL IntervalStyle = 'postgres'",
    'SET LOCAL extra_float_digits = 3',
    "SET LOCAL bytea_output = 'hex'",
    'SET LOCAL enable_sort = off',
  ].join('; ');
}

/** Begins a snapshot; returns when it was taken, by the source's clock (ISO 8601, UTC). */
export async function beginSnapshot(session: Session, version: number): Promise<string> {
  const now = `to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
  const results = await session.script(`${beginSource(version)}; SELECT ${now} AS taken`);
  return results.at(-1)?.rows[0]?.taken ?? '';
}

/**
 * Which database this is: a cloned settings file, a re-pointed host or a restored server shows here.
 * `unknown` where the server does not tell.
 */
export async function sourceIdentity(session: Session): Promise<string> {
  const result = await session.query(
    `SELECT CASE WHEN has_function_privilege('pg_control_system()', 'EXECUTE')
       THEN (SELECT system_identifier::text FROM pg_control_system()) ELSE 'unknown' END
       || '/' || (SELECT oid FROM pg_database WHERE datname = current_database()) AS identity`,
  );
  return result.rows[0]?.identity ?? 'unknown';
}

/** COPY of a table's rows behind a key, in key order; all columns that the target has, key first. */
export function copyRows(schema: string, target: Target, after: Key | null): string {
  const key = target.key ?? [];
  const conditions = after === null ? [] : keyConditions('t', key, { after, upTo: null });
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  const order = key.length === 0 ? '' : ` ORDER BY ${key.map((one) => `t.${ident(one)}`).join(', ')}`;
  const columns = target.columns.map((one) => `t.${ident(one)}`).join(', ');
  const from = qualified(schema, target.name);
  return `COPY (SELECT ${columns} FROM ${from} t${where}${order}) TO STDOUT WITH (FORMAT ${target.format})`;
}
