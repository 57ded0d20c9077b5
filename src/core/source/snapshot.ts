import { z } from 'zod';
import { FailureCode, FailureKind, SyncFailure } from '../../shared/errors.ts';
import type { CursorSettings } from '../../shared/settings.ts';
import type { KeyColumn } from '../catalogue/keyIndex.ts';
import { type Key, keyConditions, orderBy } from '../catalogue/keySql.ts';
import { printQuery } from '../catalogue/print.ts';
import type { TableShape } from '../catalogue/shape.ts';
import { columnRecoding, writtenColumn } from '../catalogue/texts.ts';
import type { Target } from '../central/target.ts';
import { ident, oneLine, qualified } from '../postgres/quote.ts';
import { readJson } from '../postgres/readJson.ts';
import { type Recoding, recoded, UNDECLARED } from '../postgres/recoding.ts';
import type { Session } from '../postgres/session.ts';
import { ROLES_OWN } from '../postgres/sessionSettings.ts';

import { type CursorPlace, readCursor } from './cursor.ts';

import {
  fingerprints,
  HIDDEN_HORIZON_QUERY,
  HISTORY_FUNCTIONS,
  type Horizon,
  horizonQuery,
  IDENTITY_FUNCTION,
  type Mark,
  markAt,
  toHorizon,
} from './mark.ts';

/**
 * Opens the transaction that a pass reads in: one consistent picture, whatever the ERP does meanwhile.
 *
 * `enable_sort = off`: rows come in the order of the key's index. Sorting would put the whole table on the branch's
 * disk, again at every resume.
 */
function beginSource(session: Session): readonly string[] {
  return [...session.begin('ISOLATION LEVEL REPEATABLE READ READ ONLY'), 'SET LOCAL enable_sort = off'];
}

/** An open snapshot of the source, and what a later pass has to know of it. */
export interface Snapshot {
  readonly session: Session;
  readonly version: number;
  /** When it was taken, by the source's clock (ISO 8601, UTC). */
  readonly takenAt: string;
  readonly horizon: Horizon;
  /** Of the table that is read; null for views and foreign tables. */
  readonly fingerprint: string | null;
  /** Where the cursor column stands; null where the table has none. */
  readonly cursor: CursorPlace | null;
}

/** The snapshot's mark, for the checkpoint. */
export function markOf({ horizon, fingerprint, cursor }: Snapshot): Mark {
  return markAt(horizon, fingerprint, cursor);
}

/**
 * Opens a snapshot to read one table in.
 *
 * @param cursorColumn column whose place is wanted too
 */
export async function openSnapshot(
  session: Session,
  version: number,
  table: TableShape,
  cursorColumn: CursorSettings | null = null,
): Promise<Snapshot> {
  const { oid, schema, name } = table;
  refuseRawNames(table);
  const { takenAt, horizon } = await beginSnapshot(session, version, [table]);
  const print = await session.query(printQuery(schema, name));
  if (print.rows[0]?.print !== table.print) throw shapeChanged(session, name);
  const fingerprint = (await fingerprints(session, version, [table])).get(oid) ?? null;
  // What a view shows depends on it, through the functions and casts that it is made of.
  if (table.kind === 'view') await session.script(ROLES_OWN);
  const cursor =
    cursorColumn === null ? null : await readCursor(session, version, table, rowsOf(table), cursorColumn);
  return { session, version, takenAt, horizon, fingerprint, cursor };
}

/**
 * A statement reaches such a server in UTF-8, and there is no other way to write the bytes of a name.
 *
 * @throws SyncFailure `source_name_encoding`
 */
function refuseRawNames({ recoding, schema, name, columns }: TableShape): void {
  if (recoding?.declared !== UNDECLARED || recoding.real === 'UTF8') return;
  const raw = [schema, name, ...columns.map((one) => one.name)].find((one) => /[^\0-\x7f]/.test(one));
  if (raw === undefined) return;
  throw new SyncFailure({
    code: FailureCode.SourceNameEncoding,
    kind: FailureKind.Permanent,
    message: `${raw} is in ${recoding.real}`,
    params: { side: 'source', schema, table: name, raw, encoding: recoding.real },
  });
}

/**
 * A snapshot whose mark holds only as long as central still has the very table and columns that the rows
 * went into ({@link Target.print}).
 */
export function forTarget(snapshot: Snapshot, print: string): Snapshot {
  const { fingerprint } = snapshot;
  return { ...snapshot, fingerprint: fingerprint === null ? null : `${fingerprint}/${print}` };
}

/** The lock came too late: the columns that we know are no longer those of the table. Read anew, it goes. */
function shapeChanged(session: Session, table: string): SyncFailure {
  session.destroy();
  const { SourceShapeChanged: code } = FailureCode;
  return new SyncFailure({
    code,
    kind: FailureKind.Transient,
    message: `the columns of ${table} have changed`,
    params: { table },
  });
}

/** Ends a snapshot whose queries are all done. */
export async function closeSnapshot({ session }: Snapshot): Promise<void> {
  await session.query('COMMIT').catch(() => {});
}

/** Sessions whose role may not ask for the horizon. */
const withoutHistory = new WeakSet<Session>();

/** SQLSTATE insufficient_privilege. */
const DENIED = '42501';

/**
 * Begins the transaction of a snapshot, and locks the tables that will be read before the snapshot is taken:
 * a rewriting ALTER TABLE or a TRUNCATE that came in between would make a table look empty to us, since
 * neither is safe for older snapshots. The lock is that of any SELECT.
 */
export async function beginSnapshot(
  session: Session,
  version: number,
  tables: readonly TableShape[],
): Promise<{ readonly takenAt: string; readonly horizon: Horizon }> {
  try {
    return await begin(session, version, tables);
  } catch (error) {
    if (!(error instanceof SyncFailure) || error.detail.sqlstate !== DENIED) throw error;
    await session.query('ROLLBACK');
    if (withoutHistory.has(session) || (await readSource(session)).hidden === null) throw error;
    withoutHistory.add(session);
    return begin(session, version, tables);
  }
}

async function begin(
  session: Session,
  version: number,
  tables: readonly TableShape[],
): Promise<{ readonly takenAt: string; readonly horizon: Horizon }> {
  const lockable = tables.filter((one) => one.kind === 'table' || one.kind === 'partitioned');
  const names = lockable.map(rowsOf).join(', ');
  const results = await session.script([
    ...beginSource(session),
    ...(names === '' ? [] : [`LOCK TABLE ${names} IN ACCESS SHARE MODE`]),
    `SELECT pg_catalog.to_char(pg_catalog.now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS taken`,
    withoutHistory.has(session) ? HIDDEN_HORIZON_QUERY : horizonQuery(version),
  ]);
  const [taken, horizon] = results.slice(-2);
  return { takenAt: taken?.rows[0]?.taken ?? '', horizon: toHorizon(horizon?.rows[0] ?? {}) };
}

/** What a role may not ask its server for. */
export interface HiddenHistory {
  /** The statement that gives it the right. */
  readonly sql: string;
  /** Whether the server does not even say which it is. */
  readonly identity: boolean;
}

/** Stands for the identity of a server that the role may not ask for it. */
export const UNKNOWN_IDENTITY = 'unknown';

/** What a source says of itself. */
export interface SourceFacts {
  /** Which database this is: a cloned settings file, a re-pointed host or a restored server shows here. */
  readonly identity: string;
  /** Null where the role may call all of {@link HISTORY_FUNCTIONS}. */
  readonly hidden: HiddenHistory | null;
  /** Whether a transaction is open there that ends after others that began later. */
  readonly open: boolean;
}

export async function sourceIdentity(session: Session): Promise<string> {
  return (await readSource(session)).identity;
}

export async function readSource(session: Session): Promise<SourceFacts> {
  // A query of its own: PostgreSQL asks for the right when it opens a plan, whatever a CASE in it says.
  const first = await session.query(
    oneLine(`SELECT (SELECT pg_catalog.json_agg(f.name) FROM pg_catalog.json_array_elements_text($1) AS f(name)
         WHERE NOT pg_catalog.has_function_privilege(f.name, 'EXECUTE')) AS hidden, CURRENT_USER AS role,
       pg_catalog.txid_snapshot_xmin(s) OPERATOR(pg_catalog.<) pg_catalog.txid_snapshot_xmax(s) AS open
     FROM pg_catalog.txid_current_snapshot() s`),
    [JSON.stringify(HISTORY_FUNCTIONS)],
  );
  const open = first.rows[0]?.open === 't';
  // Of our own list, since the statement is shown: what the server says is no SQL.
  const said = readJson(session, z.array(z.string()), first.rows[0]?.hidden ?? '[]', 'hidden functions');
  const names = HISTORY_FUNCTIONS.filter((one) => said.includes(one));
  const grant = `GRANT EXECUTE ON FUNCTION ${names.join(', ')} TO ${ident(first.rows[0]?.role ?? '')};`;
  const hidden = names.length === 0 ? null : { sql: grant, identity: names.includes(IDENTITY_FUNCTION) };
  if (hidden?.identity) return { identity: UNKNOWN_IDENTITY, hidden, open };
  const result = await session.query(
    oneLine(`SELECT pg_catalog.concat(s.system_identifier, '/', d.oid) AS identity
     FROM pg_catalog.pg_control_system() s, pg_catalog.pg_database d
     WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()`),
  );
  return { identity: result.rows[0]?.identity ?? UNKNOWN_IDENTITY, hidden, open };
}

/** Which rows of a table are read. */
export interface RowFilter {
  /** Behind this key; from the start where null. */
  readonly after: Key | null;
  /** A condition on the row `t`, where only some rows count. */
  readonly where: string | null;
}

/**
 * A source table's own rows, for FROM and LOCK TABLE: tables that inherit from it are tables of their own, with keys
 * that may be the same as its own. The rows of a partitioned table are in its partitions.
 */
export function rowsOf({ schema, name, kind }: Pick<TableShape, 'schema' | 'name' | 'kind'>): string {
  const only = kind === 'table' || kind === 'foreign_table' ? 'ONLY ' : '';
  return `${only}${qualified(schema, name)}`;
}

/** COPY of a table's rows in key order; all columns that the target has, key first. */
export function copyRows(source: TableShape, target: Target, filter: RowFilter): string {
  const columns = target.columns.map((one) => sentColumn(source, target, one)).join(', ');
  const where = conditions(target.sourceKey, filter, source.recoding);
  const rows = `SELECT ${columns} FROM ${rowsOf(source)} t${where}${orderBy('t', target.sourceKey)}`;
  // Texts have the bytes of UTF-8 already: the server is to leave them as they are.
  const encoding = target.format === 'text' && source.recoding !== null ? ", ENCODING 'SQL_ASCII'" : '';
  return `COPY (${rows}) TO STDOUT WITH (FORMAT ${target.format}${encoding})`;
}

function sentColumn(source: TableShape, target: Target, name: string): string {
  const value = `t.${ident(name)}`;
  const found = source.columns.find((one) => one.name === name);
  const recoding = found === undefined ? null : columnRecoding(found, source.recoding);
  if (found !== undefined && recoding !== null) return recoded(writtenColumn(value, found), recoding);
  return `${value}${target.asText.includes(name) ? '::pg_catalog.text' : ''}`;
}

function conditions(key: readonly KeyColumn[], filter: RowFilter, recoding: Recoding | null): string {
  const all = [
    ...(filter.after === null ? [] : keyConditions('t', key, { after: filter.after, upTo: null }, recoding)),
    ...(filter.where === null ? [] : [filter.where]),
  ];
  return all.length === 0 ? '' : ` WHERE ${all.join(' AND ')}`;
}

/** How many rows a table has, and how many of them a condition holds for: one scan. */
export async function countRows(
  session: Session,
  source: TableShape,
  where: string,
): Promise<{ readonly rows: number; readonly changed: number }> {
  const result = await session.query(
    `SELECT pg_catalog.count(*) AS rows, pg_catalog.count(*) FILTER (WHERE ${where}) AS changed FROM ${rowsOf(source)} t`,
    [],
    session.workMs,
  );
  return { rows: Number(result.rows[0]?.rows), changed: Number(result.rows[0]?.changed) };
}
