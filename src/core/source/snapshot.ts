import { z } from 'zod';
import { FailureCode, FailureKind, SyncFailure } from '../../shared/errors.ts';
import type { CursorSettings } from '../../shared/settings.ts';
import type { KeyColumn } from '../catalogue/keyIndex.ts';
import { type Key, keyConditions, orderBy } from '../catalogue/keySql.ts';
import { shapeDigestQuery } from '../catalogue/memory.ts';
import type { TableShape } from '../catalogue/shape.ts';
import { columnRecoding, writtenColumn } from '../catalogue/texts.ts';
import { ident, oneLine, own, qualified } from '../postgres/quote.ts';
import { readJson, serverName } from '../postgres/readJson.ts';
import { type Recoding, recoded, UNDECLARED } from '../postgres/recoding.ts';
import type { Session, Statement, StatementResult } from '../postgres/session.ts';
import { ROLES_OWN } from '../postgres/sessionSettings.ts';
import type { Target } from '../target/target.ts';
import { type CursorPlace, readCursor } from './cursor.ts';
import { fingerprintsQuery, readFingerprints } from './fingerprints.ts';
import {
  HIDDEN_HORIZON_QUERY,
  HISTORY_FUNCTIONS,
  type Horizon,
  horizonQuery,
  IDENTITY,
  IDENTITY_FROM,
  IDENTITY_FUNCTION,
  type Mark,
  markAt,
  readHorizon,
  UNKNOWN_IDENTITY,
} from './mark.ts';

/**
 * Opens the transaction that a pass reads in: one consistent picture, whatever the ERP does meanwhile.
 *
 * `enable_sort = off`: rows come in the order of the key's index. Sorting would put the whole table on the branch's
 * disk, again at every resume.
 */
function beginSource(session: Session, inOrder: boolean): readonly string[] {
  const begin = session.begin('ISOLATION LEVEL REPEATABLE READ READ ONLY');
  return inOrder ? [...begin, 'SET LOCAL enable_sort = off'] : begin;
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
  const questions = [shapeDigestQuery(schema, name), fingerprintsQuery(version, [table])];
  const begun = await beginSnapshot(session, version, [table], { inOrder: true, questions });
  const { takenAt, horizon, answers } = begun;
  if (answers[0]?.rows[0]?.digest !== table.shapeDigest) throw shapeChanged(session, name);
  const fingerprint = readFingerprints([table], answers[1]?.rows ?? []).get(oid) ?? null;
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
 * went into ({@link Target.shapeDigest}).
 */
export function forTarget(snapshot: Snapshot, shapeDigest: string): Snapshot {
  const { fingerprint } = snapshot;
  return { ...snapshot, fingerprint: fingerprint === null ? null : `${fingerprint}/${shapeDigest}` };
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

function isDenied(error: unknown): boolean {
  return error instanceof SyncFailure && error.detail.sqlstate === DENIED;
}

/**
 * Begins the transaction of a snapshot, and locks the tables that will be read before the snapshot is taken:
 * a rewriting ALTER TABLE or a TRUNCATE that came in between would make a table look empty to us, since
 * neither is safe for older snapshots. The lock is that of any SELECT.
 *
 * @param options what is asked in the same round trip, and whether rows will be read in the order of a key
 */
export async function beginSnapshot(
  session: Session,
  version: number,
  tables: readonly TableShape[],
  options: SnapshotOptions = {},
): Promise<BegunSnapshot> {
  try {
    return await begin(session, version, tables, options);
  } catch (error) {
    if (!isDenied(error)) throw error;
    await session.query('ROLLBACK');
    if (withoutHistory.has(session) || (await readSource(session)).hidden === null) throw error;
    withoutHistory.add(session);
    return begin(session, version, tables, options);
  }
}

interface SnapshotOptions {
  readonly inOrder?: boolean;
  readonly questions?: readonly Statement[];
}

interface BegunSnapshot {
  readonly takenAt: string;
  readonly horizon: Horizon;
  /** To the questions. */
  readonly answers: readonly StatementResult[];
}

async function begin(
  session: Session,
  version: number,
  tables: readonly TableShape[],
  { inOrder = false, questions = [] }: SnapshotOptions,
): Promise<BegunSnapshot> {
  const lockable = tables.filter((one) => one.kind === 'table' || one.kind === 'partitioned');
  const names = lockable.map(rowsOf).join(', ');
  const before = [
    ...beginSource(session, inOrder),
    ...(names === '' ? [] : [`LOCK TABLE ${names} IN ACCESS SHARE MODE`]),
    withoutHistory.has(session) ? HIDDEN_HORIZON_QUERY : horizonQuery(version),
  ];
  const results = await session.script([...before, ...questions]);
  const answers = results.slice(before.length);
  return { ...readHorizon(results[before.length - 1]?.rows[0] ?? {}), answers };
}

/** What a role may not ask its server for. */
export interface HiddenHistory {
  /** The statement that gives it the right. */
  readonly sql: string;
  /** Whether the server does not even say which it is. */
  readonly identity: boolean;
}

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
  try {
    return await askSource(session, true);
  } catch (error) {
    // PostgreSQL asks for the right when it opens a plan, whatever a CASE in it says.
    if (!isDenied(error)) throw error;
    return askSource(session, false);
  }
}

async function askSource(session: Session, asksIdentity: boolean): Promise<SourceFacts> {
  const identity = asksIdentity ? `,${IDENTITY} AS identity` : '';
  const from = asksIdentity ? `,${IDENTITY_FROM}` : '';
  const names = HISTORY_FUNCTIONS.map((one) => one.slice('pg_catalog.'.length, -'()'.length));
  const result = await session.query(
    oneLine(`SELECT (SELECT pg_catalog.json_agg(f) FROM pg_catalog.json_array_elements_text($1) f
         WHERE NOT pg_catalog.has_function_privilege(pg_catalog.concat('pg_catalog.',f,'()'),'EXECUTE')) AS hidden,CURRENT_USER AS role,
       pg_catalog.txid_snapshot_xmin(s) ${own('<')} pg_catalog.txid_snapshot_xmax(s) AS open${identity}
     FROM pg_catalog.txid_current_snapshot() s${from}`),
    [JSON.stringify(names)],
  );
  const [row = {}] = result.rows;
  // Of our own list, since the statement is shown: what the server says is no SQL.
  const said = readJson(session, z.array(serverName), row.hidden ?? '[]', 'hidden functions');
  const denied = HISTORY_FUNCTIONS.filter((_, index) => said.includes(names[index] ?? ''));
  const grant = `GRANT EXECUTE ON FUNCTION ${denied.join(', ')} TO ${ident(row.role ?? '')};`;
  const hidden = denied.length === 0 ? null : { sql: grant, identity: denied.includes(IDENTITY_FUNCTION) };
  return { identity: row.identity ?? UNKNOWN_IDENTITY, hidden, open: row.open === 't' };
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
