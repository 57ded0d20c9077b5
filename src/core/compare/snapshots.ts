import { centralRefusal, FailureCode, type SyncFailure } from '../../shared/errors.ts';
import { readTables } from '../catalogue/read.ts';
import type { TableShape } from '../catalogue/shape.ts';
import type { ComparedTable } from '../digest/comparedTable.ts';
import { blocksOf, SqlTable, type SqlTablePlace } from '../digest/sqlTable.ts';
import type { PassContext } from '../load/pass.ts';
import type { Link } from '../postgres/link.ts';
import { ident, literal } from '../postgres/quote.ts';
import type { Session } from '../postgres/session.ts';
import type { Snapshot } from '../source/port.ts';
import { rowsOf } from '../target/apply.ts';
import { pinNodes } from '../target/distribution.ts';
import { STAMP, type Target } from '../target/target.ts';

/** What comparing a table needs: a part of every pass's context. */
export type CompareContext = Pick<PassContext, 'links' | 'connection' | 'source' | 'target' | 'stop'> & {
  /** The central table, if the caller has just read it. */
  readonly central?: TableShape;
};

/** Both databases in snapshots that were taken at the same time. */
export interface BothSnapshots {
  readonly source: ComparedTable;
  readonly central: ComparedTable;
  readonly shape: TableShape;
  readonly snapshot: Snapshot;
}

/**
 * Runs `work` with snapshots of both databases, then closes them.
 *
 * @param open an open snapshot of the source, which stays open; null opens one
 * @throws SyncFailure `central_not_a_table` where central has no such table (any more)
 */
export async function withSnapshots<T>(
  context: CompareContext,
  open: Snapshot | null,
  work: (sides: BothSnapshots) => Promise<T>,
): Promise<T> {
  const { links, source, target } = context;
  const [from, to] = await Promise.all([open ?? links.source(), links.central()]);
  try {
    const { shapeDigest } = target;
    const [snapshot, shape] = await Promise.all([
      'openSnapshot' in from ? from.openSnapshot(source, { shapeDigest }) : from,
      beginCentralSnapshot(to.session, to.version, context),
    ]);
    const [compared, encoding] = await Promise.all([snapshot.compared(), encodingOf(to.session)]);
    if (compared.timeZone !== null) await useTimeZone(to.session, compared.timeZone);
    const central = centralTable(context, to, shape, encoding);
    const result = await work({ source: compared, central, shape, snapshot });
    await Promise.all([open === null ? snapshot.close() : null, to.session.query('COMMIT').catch(() => {})]);
    return result;
  } catch (error) {
    // The other database may still be executing a statement.
    from.destroy();
    to.session.destroy();
    throw error;
  }
}

/** SQL of FROM and WHERE of a connection's rows at central, as `t`. */
export function rowsAtCentral(target: Target, connection: string): Pick<SqlTablePlace, 'from' | 'where'> {
  const stamp = target.stamped ? [`t.${ident(STAMP)} OPERATOR(pg_catalog.=) ${literal(connection)}`] : [];
  return { from: `${rowsOf(target)} t`, where: stamp };
}

/** Statements that open a snapshot at central. */
export function beginComparing(session: Session): readonly string[] {
  // The planner does not know that there are few buckets, and would sort all rows for GROUP BY.
  return [...session.begin('ISOLATION LEVEL REPEATABLE READ READ ONLY'), 'SET LOCAL enable_sort = off'];
}

function centralTable(
  { target, connection }: CompareContext,
  { session, version }: Link,
  shape: TableShape,
  encoding: string,
): ComparedTable {
  return new SqlTable(session, {
    side: 'central',
    version,
    encoding,
    timeZone: null,
    ...rowsAtCentral(target, connection),
    // The table may hold a hundred branches' rows; the key's index finds those of one.
    blocks: target.stamped ? 0 : blocksOf(shape, version),
    recoding: null,
    // Marks are the source's.
    newer: () => 'false',
  });
}

/** Opens the read-only snapshot at central, and reads the table's columns unless the caller did. */
async function beginCentralSnapshot(
  session: Session,
  version: number,
  { target, central }: CompareContext,
): Promise<TableShape> {
  await session.script([...beginComparing(session), ...(central?.distributed ? pinNodes(session) : [])]);
  if (central !== undefined) return central;
  const [shape] = await readTables(session, version, target.schema, [target.name]);
  if (shape === undefined) throw centralGone(target);
  if (shape.distributed) await session.script(pinNodes(session));
  return shape;
}

/** Sets central's time zone to the source's: a view is read under its role's zone, and some values are compared as text. */
async function useTimeZone(central: Session, zone: string): Promise<void> {
  await central.query('SAVEPOINT zone');
  try {
    // As SET, which Citus repeats on its nodes.
    await central.query(`SET LOCAL TimeZone TO ${literal(zone)}`);
  } catch (error) {
    if (central.lost) throw error;
    // Head office's server does not know a zone of that name.
    await central.query('ROLLBACK TO SAVEPOINT zone');
  }
}

async function encodingOf(session: Session): Promise<string> {
  const result = await session.query('SHOW server_encoding');
  return result.rows[0]?.server_encoding ?? '';
}

/** The failure for a table that was dropped a moment ago. */
function centralGone(target: Target): SyncFailure {
  return centralRefusal(FailureCode.CentralNotATable, { table: `${target.schema}.${target.name}` });
}
