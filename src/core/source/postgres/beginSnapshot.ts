import type { TableShape } from '../../catalogue/shape.ts';
import type { Session, Statement, StatementResult } from '../../postgres/session.ts';
import { HIDDEN_HORIZON_QUERY, type Horizon, horizonQuery, readHorizon } from './mark.ts';
import { rowsOf } from './rows.ts';
import { isDenied, readServerFacts } from './sourceFacts.ts';

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

/** Sessions whose role may not call the functions of the horizon query. */
const withoutHistory = new WeakSet<Session>();

/**
 * Begins the transaction of a snapshot. Locks the tables to read before the snapshot is taken: an ALTER TABLE that
 * rewrites a table, or a TRUNCATE, is not safe for older snapshots, and would make the table look empty to us. The lock
 * is the one that every SELECT takes.
 *
 * @param options queries to run in the same round trip, whether rows will be read in key order, and whether to fail at once
 *   where somebody holds a table's lock
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
    if (withoutHistory.has(session) || (await readServerFacts(session)).hidden === null) throw error;
    withoutHistory.add(session);
    return begin(session, version, tables, options);
  }
}

interface SnapshotOptions {
  readonly inOrder?: boolean;
  readonly noWait?: boolean;
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
  { inOrder = false, noWait = false, questions = [] }: SnapshotOptions,
): Promise<BegunSnapshot> {
  const lockable = tables.filter((one) => one.kind === 'table' || one.kind === 'partitioned');
  const names = lockable.map(rowsOf).join(', ');
  const before = [
    ...beginSource(session, inOrder),
    ...(names === '' ? [] : [`LOCK TABLE ${names} IN ACCESS SHARE MODE${noWait ? ' NOWAIT' : ''}`]),
    withoutHistory.has(session) ? HIDDEN_HORIZON_QUERY : horizonQuery(version),
  ];
  const results = await session.script([...before, ...questions]);
  const answers = results.slice(before.length);
  return { ...readHorizon(results[before.length - 1]?.rows[0] ?? {}), answers };
}
