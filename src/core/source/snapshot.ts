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
 * SQL that opens the transaction in which a pass reads, so that it sees one consistent state of the database.
 *
 * `enable_sort = off`: rows come in the order of the key's index. Sorting would write the whole table to the branch's
 * disk, again at every resume.
 */
function beginSource(session: Session, inOrder: boolean): readonly string[] {
  const begin = session.begin('ISOLATION LEVEL REPEATABLE READ READ ONLY');
  return inOrder ? [...begin, 'SET LOCAL enable_sort = off'] : begin;
}

/** An open snapshot of the source, with what its mark is made of. */
export interface Snapshot {
  readonly session: Session;
  readonly version: number;
  /** When it was taken, by the source's clock (ISO 8601, UTC). */
  readonly takenAt: string;
  readonly horizon: Horizon;
  /** Fingerprint of the table that is read; null for views and foreign tables. */
  readonly fingerprint: string | null;
  /** State of the cursor column; null where the table has none. */
  readonly cursor: CursorPlace | null;
}

/** The snapshot's mark, for the checkpoint. */
export function markOf({ horizon, fingerprint, cursor }: Snapshot): Mark {
  return markAt(horizon, fingerprint, cursor);
}

/**
 * Opens a snapshot to read one table in.
 *
 * @param cursorColumn the cursor column, whose state is read too
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
  // A view's contents depend on the role's settings, through its functions and casts.
  if (table.kind === 'view') await session.script(ROLES_OWN);
  const cursor =
    cursorColumn === null ? null : await readCursor(session, version, table, rowsOf(table), cursorColumn);
  return { session, version, takenAt, horizon, fingerprint, cursor };
}

/**
 * Refuses names that no statement can contain: statements are sent in UTF-8, but the names of a SQL_ASCII database are
 * bytes of another encoding.
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

/** The failure if the columns changed before the table was locked. It is transient: the next attempt reads them again. */
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

/** Ends a snapshot. All its queries must have ended. ROLLBACK also undoes what a view's functions have set. */
export async function closeSnapshot({ session }: Snapshot): Promise<void> {
  await session.query('ROLLBACK').catch(() => {});
}

/** Sessions whose role may not call the functions of the horizon query. */
const withoutHistory = new WeakSet<Session>();

/** SQLSTATE insufficient_privilege. */
const DENIED = '42501';

function isDenied(error: unknown): boolean {
  return error instanceof SyncFailure && error.detail.sqlstate === DENIED;
}

/**
 * Begins the transaction of a snapshot. Locks the tables to read before the snapshot is taken: an ALTER TABLE that
 * rewrites a table, or a TRUNCATE, is not safe for older snapshots, and would make the table look empty to us. The lock
 * is the one that every SELECT takes.
 *
 * @param options queries to run in the same round trip, and whether rows will be read in key order
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
  /** Results of `questions`. */
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

/** Which history functions our role may not call. */
export interface HiddenHistory {
  /** The GRANT that would allow it. */
  readonly sql: string;
  /** Whether even the server's identity is hidden. */
  readonly identity: boolean;
}

/** Facts of a source's server. */
export interface SourceFacts {
  /** Identity of server and database. It differs after a restore, or if the settings lead to another server. */
  readonly identity: string;
  /** Null where our role may call all of {@link HISTORY_FUNCTIONS}. */
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
    // PostgreSQL checks EXECUTE when it starts the plan, even if a CASE would not call the function.
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
  // Names come from our own list, because the SQL is shown to people and the server is not trusted.
  const said = readJson(session, z.array(serverName), row.hidden ?? '[]', 'hidden functions');
  const denied = HISTORY_FUNCTIONS.filter((_, index) => said.includes(names[index] ?? ''));
  const grant = `GRANT EXECUTE ON FUNCTION ${denied.join(', ')} TO ${ident(row.role ?? '')};`;
  const hidden = denied.length === 0 ? null : { sql: grant, identity: denied.includes(IDENTITY_FUNCTION) };
  return { identity: row.identity ?? UNKNOWN_IDENTITY, hidden, open: row.open === 't' };
}

/** Which rows of a table are read. */
export interface RowFilter {
  /** Only rows after this key; null starts at the first row. */
  readonly after: Key | null;
  /** SQL condition on the row `t`; null reads all rows. */
  readonly where: string | null;
}

/**
 * SQL of a source table's own rows, for FROM and LOCK TABLE. Tables that inherit from it are left out: they are copied as
 * separate tables, and may have the same keys. A partitioned table includes its partitions.
 */
export function rowsOf({ schema, name, kind }: Pick<TableShape, 'schema' | 'name' | 'kind'>): string {
  const only = kind === 'table' || kind === 'foreign_table' ? 'ONLY ' : '';
  return `${only}${qualified(schema, name)}`;
}

/** SQL of the COPY of a table's rows in key order, with all columns that the target has, key first. */
export function copyRows(source: TableShape, target: Target, filter: RowFilter): string {
  const columns = target.columns.map((one) => sentColumn(source, target, one)).join(', ');
  const where = conditions(target.sourceKey, filter, source.recoding);
  const rows = `SELECT ${columns} FROM ${rowsOf(source)} t${where}${orderBy('t', target.sourceKey)}`;
  // Texts are UTF-8 already, so the server must not convert them.
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

/** Counts a table's rows, and those that meet a condition, in one scan. */
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
