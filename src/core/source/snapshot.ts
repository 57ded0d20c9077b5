import { FailureCode, FailureKind, SyncFailure } from '../../shared/errors.ts';
import type { CursorSettings } from '../../shared/settings.ts';
import type { KeyColumn } from '../catalogue/keyIndex.ts';
import { type Key, keyConditions, orderBy } from '../catalogue/keySql.ts';
import { printQuery } from '../catalogue/print.ts';
import type { TableShape } from '../catalogue/shape.ts';
import type { Target } from '../central/target.ts';
import { ident, qualified } from '../postgres/quote.ts';
import type { Session } from '../postgres/session.ts';
import { ROLES_OWN } from '../postgres/sessionSettings.ts';
import { type CursorPlace, readCursor } from './cursor.ts';
import { fingerprints, type Horizon, horizonQuery, type Mark, markAt, toHorizon } from './mark.ts';

/**
 * Opens the transaction that a pass reads in: one consistent picture, whatever the ERP does meanwhile.
 *
 * `enable_sort = off`: rows come in the order of the key's index. Sorting would put the whole table on the branch's
 * disk, again at every resume.
 */
function beginSource(session: Session): string {
  return `${session.begin('ISOLATION LEVEL REPEATABLE READ READ ONLY')}; SET LOCAL enable_sort = off`;
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
  const lockable = tables.filter((one) => one.kind === 'table' || one.kind === 'partitioned');
  const names = lockable.map(rowsOf).join(', ');
  const results = await session.script(
    [
      beginSource(session),
      ...(names === '' ? [] : [`LOCK TABLE ${names} IN ACCESS SHARE MODE`]),
      `SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS taken`,
      horizonQuery(version),
    ].join('; '),
  );
  const [taken, horizon] = results.slice(-2);
  return { takenAt: taken?.rows[0]?.taken ?? '', horizon: toHorizon(horizon?.rows[0] ?? {}) };
}

/**
 * Which database this is: a cloned settings file, a re-pointed host or a restored server shows here.
 * `unknown` where the server does not tell.
 */
export async function sourceIdentity(session: Session): Promise<string> {
  return (await readSource(session)).identity;
}

/** Which database this is, and whether a transaction is open there that ends after others that began later. */
export async function readSource(
  session: Session,
): Promise<{ readonly identity: string; readonly open: boolean }> {
  // A query of its own: PostgreSQL asks for the right when it opens a plan, whatever a CASE in it says.
  const may = await session.query(
    `SELECT pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE') AS may,
       pg_catalog.txid_snapshot_xmin(s) OPERATOR(pg_catalog.<) pg_catalog.txid_snapshot_xmax(s) AS open
     FROM pg_catalog.txid_current_snapshot() s`,
  );
  const open = may.rows[0]?.open === 't';
  if (may.rows[0]?.may !== 't') return { identity: 'unknown', open };
  const result = await session.query(
    `SELECT system_identifier || '/' || (SELECT oid FROM pg_database WHERE datname = current_database()) AS identity
     FROM pg_control_system()`,
  );
  return { identity: result.rows[0]?.identity ?? 'unknown', open };
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
  const written = (one: string): string =>
    `t.${ident(one)}${target.asText.includes(one) ? '::pg_catalog.text' : ''}`;
  const columns = target.columns.map(written).join(', ');
  const where = conditions(target.sourceKey, filter);
  const rows = `SELECT ${columns} FROM ${rowsOf(source)} t${where}${orderBy('t', target.sourceKey)}`;
  return `COPY (${rows}) TO STDOUT WITH (FORMAT ${target.format})`;
}

function conditions(key: readonly KeyColumn[], filter: RowFilter): string {
  const all = [
    ...(filter.after === null ? [] : keyConditions('t', key, { after: filter.after, upTo: null })),
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
