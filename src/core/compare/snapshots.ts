import { centralRefusal, FailureCode, type SyncFailure } from '../../shared/errors.ts';
import { readTables } from '../catalogue/read.ts';
import type { TableShape } from '../catalogue/shape.ts';
import type { PassContext } from '../load/pass.ts';
import { ident, literal } from '../postgres/quote.ts';
import type { Session } from '../postgres/session.ts';
import { withRuns } from '../source/serverRuns.ts';
import {
  closeSnapshot,
  forTarget,
  openSnapshot,
  type Snapshot,
  rowsOf as sourceRows,
} from '../source/snapshot.ts';
import { rowsOf } from '../target/apply.ts';
import { STAMP, type Target } from '../target/target.ts';

/** What comparing a table needs: a part of every pass's context. */
export type CompareContext = Pick<PassContext, 'links' | 'connection' | 'source' | 'target' | 'stop'> & {
  /** The central table, if the caller has just read it. */
  readonly central?: TableShape;
};

/** One of the two databases, in a snapshot. */
export interface Side {
  readonly session: Session;
  readonly version: number;
  readonly encoding: string;
  /** FROM and WHERE of the connection's rows, as `t`. */
  readonly from: string;
  readonly where: readonly string[];
  /** Size of the table in blocks, to scan it in stretches; 0 leaves the way of reading to the planner. */
  readonly blocks: number;
}

/** Both databases in snapshots that were taken at the same time. */
export interface BothSnapshots {
  readonly source: Side;
  readonly central: Side;
  readonly shape: TableShape;
  readonly snapshot: Snapshot;
}

/** First version that can scan a range of blocks. Partitioned and foreign tables have no block numbers. */
const STRETCHES_SINCE = 140000;
const BLOCK_BYTES = 8192;

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
  const { links, source, target, connection } = context;
  const [from, to] = await Promise.all([open ?? links.source(), links.central()]);
  try {
    const [snapshot, shape] = await Promise.all([
      open ??
        openSnapshot(from.session, from.version, source).then((one) =>
          forTarget({ ...one, horizon: withRuns(one.horizon, links.runs) }, target.shapeDigest),
        ),
      beginCentralSnapshot(to.session, to.version, context),
    ]);
    if (source.kind === 'view') await shareTimeZone(from.session, to.session);
    const stamp = target.stamped ? [`t.${ident(STAMP)} OPERATOR(pg_catalog.=) ${literal(connection)}`] : [];
    const [sourceEncoding, centralEncoding] = await Promise.all([
      encoding(from.session),
      encoding(to.session),
    ]);
    const sides: BothSnapshots = {
      source: {
        ...from,
        encoding: sourceEncoding,
        from: `${sourceRows(source)} t`,
        where: [],
        blocks: blocksOf(source, from.version),
      },
      central: {
        ...to,
        encoding: centralEncoding,
        from: `${rowsOf(target)} t`,
        where: stamp,
        // The table may hold a hundred branches' rows; the key's index finds those of one.
        blocks: target.stamped ? 0 : blocksOf(shape, to.version),
      },
      shape,
      snapshot,
    };
    const result = await work(sides);
    await Promise.all([
      open === null ? closeSnapshot(snapshot) : null,
      to.session.query('COMMIT').catch(() => {}),
    ]);
    return result;
  } catch (error) {
    // The other database may still be executing a statement.
    from.session.destroy();
    to.session.destroy();
    throw error;
  }
}

/** Opens the read-only snapshot at central, and reads the table's columns unless the caller did. */
async function beginCentralSnapshot(
  session: Session,
  version: number,
  { target, central }: CompareContext,
): Promise<TableShape> {
  // The planner does not know that there are few buckets, and would sort all rows for GROUP BY.
  await session.script([
    ...session.begin('ISOLATION LEVEL REPEATABLE READ READ ONLY'),
    'SET LOCAL enable_sort = off',
  ]);
  if (central !== undefined) return central;
  const [shape] = await readTables(session, version, target.schema, [target.name]);
  if (shape === undefined) throw centralGone(target);
  return shape;
}

/** Sets central's time zone to the source's: a view is read under its role's zone, and some values are compared as text. */
async function shareTimeZone(source: Session, central: Session): Promise<void> {
  const zone = (await source.query('SHOW TimeZone')).rows[0]?.TimeZone ?? 'UTC';
  await central.query('SAVEPOINT zone');
  try {
    await central.query("SELECT pg_catalog.set_config('TimeZone', $1, true)", [zone]);
  } catch (error) {
    if (central.lost) throw error;
    // Head office's server does not know a zone of that name.
    await central.query('ROLLBACK TO SAVEPOINT zone');
  }
}

async function encoding(session: Session): Promise<string> {
  const result = await session.query('SHOW server_encoding');
  return result.rows[0]?.server_encoding ?? '';
}

function blocksOf(shape: TableShape, version: number): number {
  return shape.kind === 'table' && version >= STRETCHES_SINCE ? Math.ceil(shape.bytes / BLOCK_BYTES) : 0;
}

/** The failure for a table that was dropped a moment ago. */
function centralGone(target: Target): SyncFailure {
  return centralRefusal(FailureCode.CentralNotATable, { table: `${target.schema}.${target.name}` });
}
