import { centralRefusal, FailureCode } from '../../shared/errors.ts';
import { type Notice, NoticeCode } from '../../shared/notices.ts';
import type { CursorSettings } from '../../shared/settings.ts';
import { assertNever, Strategy } from '../../shared/status.ts';
import { plainType } from '../catalogue/shape.ts';
import type { PassContext, PassEnd } from '../load/pass.ts';
import { cursorOf, newerThan } from '../source/cursor.ts';
import { brokenSince, type MarkProblem, since } from '../source/mark.ts';
import type { Snapshot } from '../source/snapshot.ts';
import type { Checkpoint, LastKey } from '../target/checkpoint.ts';
import type { Target } from '../target/target.ts';
import { READ_ALL, runChanges, runCompare } from './strategies/comparePass.ts';
import { runKeyedPass } from './strategies/keyedPass.ts';
import { runReplace } from './strategies/replacePass.ts';
import type { TableJob } from './tableRun.ts';

/** Why a strategy was chosen: `asked` by a person or the settings, or what the engine found. */
export type PlanReason =
  | 'asked'
  | 'first_load'
  | 'row_versions'
  | 'no_key'
  | 'goes_on'
  /** Strategy `cursor`: the cursor column, or its type, is another than in the last pass. */
  | 'cursor_changed'
  /** Strategy `cursor`: the last pass found no usable value in the cursor column. */
  | 'no_cursor'
  /** Head office's foreign keys or triggers may have changed rows. */
  | 'central_rewrote'
  /** A crash at head office may have emptied this unlogged table, and a count of a shared table would not show it. */
  | 'central_unlogged'
  | MarkProblem;

/** Plan of the next pass over a table. */
export interface PassPlan {
  readonly strategy: Strategy;
  readonly reason: PlanReason;
  /** Whether it continues from the checkpoint of an unfinished pass. */
  readonly goesOn: boolean;
  /** Strategies `changes` and `replace`: transaction id from which rows count as changed; null ignores row versions. */
  readonly since: bigint | null;
  /** Strategy `cursor`: SQL condition for changed rows. */
  readonly where: string | null;
}

/**
 * Chooses the strategy for the next pass over a table.
 *
 * @param found the table's checkpoint at central
 * @param snapshot the source's current state
 * @param recheck whether all rows were sent, and only what head office itself may have changed is left to compare
 * @throws SyncFailure `replace_unsafe`
 */
export function choosePlan(
  job: TableJob,
  target: Target,
  found: Checkpoint,
  snapshot: Snapshot,
  recheck = false,
): PassPlan {
  if (target.key === null) return planReplace(job, target, found, snapshot);
  if (isUnfinished(found, job, target, snapshot)) {
    const plan = keyedPlan(found.strategy, 'goes_on', job, found, snapshot);
    if (plan.strategy === found.strategy) return { ...plan, goesOn: true };
  }
  const looks = job.strategy === Strategy.Full || job.strategy === Strategy.Compare;
  if (recheck || (found.rewritten !== null && found.mark !== null && !looks))
    return keyedPlan(Strategy.Compare, 'central_rewrote', job, found, snapshot);
  if (target.unlogged && target.layout === 'merge' && !job.mayDelete && found.mark !== null && !looks)
    return keyedPlan(Strategy.Compare, 'central_unlogged', job, found, snapshot);
  if (job.strategy !== null && job.strategy !== Strategy.Replace)
    return keyedPlan(job.strategy, 'asked', job, found, snapshot);
  if (found.mark === null) return keyedPlan(Strategy.Full, 'first_load', job, found, snapshot);
  return keyedPlan(Strategy.Changes, 'row_versions', job, found, snapshot);
}

/** `changes` is possible only while the mark is valid. Otherwise the contents are compared. */
function keyedPlan(
  wanted: Strategy | null,
  reason: PlanReason,
  job: TableJob,
  found: Checkpoint,
  snapshot: Snapshot,
): PassPlan {
  const { horizon, fingerprint } = snapshot;
  if (wanted === Strategy.Cursor && job.cursor !== null)
    return cursorPlan(reason, job, job.cursor, found, snapshot);
  const plain = { goesOn: false, since: null, where: null };
  if (wanted === Strategy.Compare) return { ...plain, strategy: Strategy.Compare, reason };
  if (wanted !== Strategy.Changes) return { ...plain, strategy: Strategy.Full, reason };
  const from = since(found.mark, horizon, fingerprint);
  if (typeof from === 'bigint') return { ...plain, strategy: Strategy.Changes, reason, since: from };
  return { ...plain, strategy: from === 'no_mark' ? Strategy.Full : Strategy.Compare, reason: from };
}

/** Reads everything if there is no cursor value to start at, and compares if the source was restored. */
function cursorPlan(
  reason: PlanReason,
  job: TableJob,
  settings: CursorSettings,
  { mark }: Checkpoint,
  { horizon, fingerprint, version }: Snapshot,
): PassPlan {
  const plain = { goesOn: false, since: null, where: null };
  if (mark === null)
    return { ...plain, strategy: Strategy.Full, reason: reason === 'asked' ? 'first_load' : reason };
  // A restore brings back older rows, whose values lie before the cursor: they would never be read.
  const broken = brokenSince(mark, horizon);
  if (broken !== null) return { ...plain, strategy: Strategy.Compare, reason: broken };
  if (mark.cursorOf !== cursorOf(job.source, version, settings))
    return { ...plain, strategy: Strategy.Full, reason: 'cursor_changed' };
  if (mark.fingerprint !== fingerprint) return { ...plain, strategy: Strategy.Full, reason: 'shape_changed' };
  if (mark.cursor === null) return { ...plain, strategy: Strategy.Full, reason: 'no_cursor' };
  const where = newerThan(job.source, version, settings, mark.cursor);
  return { ...plain, strategy: Strategy.Cursor, reason, where };
}

function planReplace(job: TableJob, target: Target, found: Checkpoint, snapshot: Snapshot): PassPlan {
  // A shared table has no column that says which branch a row without a key belongs to.
  if (target.layout === 'merge' && !job.mayDelete) {
    throw centralRefusal(FailureCode.ReplaceUnsafe, {
      connection: job.connection.id,
      table: job.source.name,
    });
  }
  const asked = job.strategy === Strategy.Full || job.strategy === Strategy.Replace;
  const from =
    asked || found.rewritten !== null ? null : since(found.mark, snapshot.horizon, snapshot.fingerprint);
  return {
    strategy: Strategy.Replace,
    reason: 'no_key',
    goesOn: false,
    since: typeof from === 'bigint' ? from : null,
    where: null,
  };
}

/**
 * Whether an unfinished pass can continue. An earlier batch's pass can too, since a catch-up pass reads what has changed
 * meanwhile. On a slow link a first load takes days, so starting again would be expensive.
 */
function isUnfinished(found: Checkpoint, job: TableJob, target: Target, snapshot: Snapshot): boolean {
  if (found.state !== 'running' || found.strategy === Strategy.Replace) return false;
  if (found.lastKey !== null && !isOfKey(found.lastKey, target)) return false;
  if (found.batchId === job.batchId) return true;
  if (job.strategy !== null || found.passMark === null) return false;
  return typeof since(found.passMark, snapshot.horizon, snapshot.fingerprint) === 'bigint';
}

/** Whether a last key has the same columns, in the same order, as the table's key has now. */
function isOfKey({ columns }: LastKey, { sourceKey }: Target): boolean {
  return (
    columns.length === sourceKey.length && sourceKey.every((one, place) => one.definition === columns[place])
  );
}

/** Runs a pass as planned. */
export function runPass(
  context: PassContext,
  snapshot: Snapshot,
  plan: PassPlan,
  start: Checkpoint,
): Promise<PassEnd> {
  switch (plan.strategy) {
    case Strategy.Replace:
      return runReplace(context, snapshot, start, plan.since);
    case Strategy.Changes:
      return runChanges(context, snapshot, plan.since ?? 0n, start);
    case Strategy.Cursor: {
      const newer = {
        strategy: Strategy.Cursor,
        where: plan.where,
        removes: 'none',
        sourceRows: null,
      } as const;
      return runKeyedPass(context, snapshot, newer, start);
    }
    case Strategy.Compare:
      if (!context.constraints.whole) return runCompare(context, snapshot, start);
      // A comparison repairs a few ranges at a time, but here rows of different ranges depend on each other.
      return runKeyedPass(context, snapshot, READ_ALL, { ...start, strategy: Strategy.Full });
    case Strategy.Full:
      return runKeyedPass(context, snapshot, READ_ALL, start);
    default:
      return assertNever(plan.strategy);
  }
}

/** Notices about a table that is about to be read. */
export async function noticesOf(
  job: TableJob,
  snapshot: Snapshot,
  at: Checkpoint,
): Promise<readonly Notice[]> {
  // Only once, when the table is first loaded.
  const first = at.state === 'new' ? await largeObjects(job, snapshot) : [];
  return [...first, ...cursorBeyond(job, snapshot)];
}

function cursorBeyond({ cursor }: TableJob, snapshot: Snapshot): readonly Notice[] {
  if (cursor === null || snapshot.cursor === null || snapshot.cursor.beyond === 0) return [];
  return [{ code: NoticeCode.CursorBeyond, params: { column: cursor.column, rows: snapshot.cursor.beyond } }];
}

/** Columns of type `oid`, or of the extension's domain `lo`, in a database that has large objects. */
async function largeObjects({ source }: TableJob, { session }: Snapshot): Promise<readonly Notice[]> {
  const columns = source.columns.filter((one) => plainType(one) === 'oid').map((one) => one.name);
  if (columns.length === 0) return [];
  const { rows } = await session.query(
    'SELECT EXISTS (SELECT FROM pg_catalog.pg_largeobject_metadata) AS any',
  );
  if (rows[0]?.any !== 't') return [];
  return [{ code: NoticeCode.LargeObjects, params: { columns: columns.join(', ') } }];
}
