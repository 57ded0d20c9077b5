import { centralRefusal, FailureCode } from '../../shared/errors.ts';
import type { CursorSettings } from '../../shared/settings.ts';
import { assertNever, Strategy } from '../../shared/status.ts';
import type { PassContext, PassEnd } from '../load/pass.ts';
import type { ChangedRows, CursorProblem, MarkProblem, NewerRows, Snapshot } from '../source/port.ts';
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
  /** Head office's foreign keys or triggers may have changed rows. */
  | 'central_rewrote'
  /** A crash at head office may have emptied this unlogged table, and a count of a shared table would not show it. */
  | 'central_unlogged'
  | CursorProblem
  | MarkProblem;

/** Plan of the next pass over a table. */
export interface PassPlan {
  readonly strategy: Strategy;
  readonly reason: PlanReason;
  /** Whether it continues from the checkpoint of an unfinished pass. */
  readonly goesOn: boolean;
  /** Strategies `changes`, `replace` and `cursor`: the rows that have changed; null reads all. */
  readonly rows: ChangedRows | NewerRows | null;
}

/** What of a job the choice depends on. */
export type ChoiceJob = Pick<TableJob, 'connection' | 'strategy' | 'cursor' | 'mayDelete' | 'batchId'> & {
  readonly source: Pick<TableJob['source'], 'name'>;
};

/**
 * Chooses the strategy for the next pass over a table.
 *
 * @param found the table's checkpoint at central
 * @param snapshot the source's current state
 * @param recheck whether all rows were sent, and only what head office itself may have changed is left to compare
 * @throws SyncFailure `replace_unsafe`
 */
export function choosePlan(
  job: ChoiceJob,
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
  job: ChoiceJob,
  found: Checkpoint,
  snapshot: Snapshot,
): PassPlan {
  if (wanted === Strategy.Cursor && job.cursor !== null)
    return cursorPlan(reason, job.cursor, found, snapshot);
  const plain = { goesOn: false, rows: null };
  if (wanted === Strategy.Compare) return { ...plain, strategy: Strategy.Compare, reason };
  if (wanted !== Strategy.Changes) return { ...plain, strategy: Strategy.Full, reason };
  const rows = snapshot.changedSince(found.mark);
  if (typeof rows !== 'string') return { ...plain, strategy: Strategy.Changes, reason, rows };
  return { ...plain, strategy: rows === 'no_mark' ? Strategy.Full : Strategy.Compare, reason: rows };
}

/** Reads everything if there is no cursor value to start at, and compares if the source was restored. */
function cursorPlan(
  reason: PlanReason,
  settings: CursorSettings,
  { mark }: Checkpoint,
  snapshot: Snapshot,
): PassPlan {
  const plain = { goesOn: false, rows: null };
  if (mark === null)
    return { ...plain, strategy: Strategy.Full, reason: reason === 'asked' ? 'first_load' : reason };
  const rows = snapshot.newerThan(mark, settings);
  if (typeof rows !== 'string') return { ...plain, strategy: Strategy.Cursor, reason, rows };
  return { ...plain, strategy: READ_AGAIN.has(rows) ? Strategy.Full : Strategy.Compare, reason: rows };
}

/** Where the column or its values are of no use, all rows are read. */
const READ_AGAIN: ReadonlySet<PlanReason> = new Set(['cursor_changed', 'shape_changed', 'no_cursor']);

function planReplace(job: ChoiceJob, target: Target, found: Checkpoint, snapshot: Snapshot): PassPlan {
  // A shared table has no column that says which branch a row without a key belongs to.
  if (target.layout === 'merge' && !job.mayDelete) {
    throw centralRefusal(FailureCode.ReplaceUnsafe, {
      connection: job.connection.id,
      table: job.source.name,
    });
  }
  const asked = job.strategy === Strategy.Full || job.strategy === Strategy.Replace;
  const rows = asked || found.rewritten !== null ? null : snapshot.changedSince(found.mark);
  return {
    strategy: Strategy.Replace,
    reason: 'no_key',
    goesOn: false,
    rows: typeof rows === 'string' ? null : rows,
  };
}

/**
 * Whether an unfinished pass can continue. An earlier batch's pass can too, since a catch-up pass reads what has changed
 * meanwhile. On a slow link a first load takes days, so starting again would be expensive.
 */
function isUnfinished(found: Checkpoint, job: ChoiceJob, target: Target, snapshot: Snapshot): boolean {
  if (found.state !== 'running' || found.strategy === Strategy.Replace) return false;
  if (found.lastKey !== null && !isOfKey(found.lastKey, target)) return false;
  if (found.batchId === job.batchId) return true;
  if (job.strategy !== null || found.passMark === null) return false;
  return typeof snapshot.changedSince(found.passMark) !== 'string';
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
  const { rows } = plan;
  const changed = rows?.kind === 'changed' ? rows : null;
  switch (plan.strategy) {
    case Strategy.Replace:
      return runReplace(context, snapshot, start, changed);
    case Strategy.Changes:
      return runChanges(context, snapshot, changed ?? { kind: 'changed', since: 0n }, start);
    case Strategy.Cursor: {
      const newer = { strategy: Strategy.Cursor, rows, removes: 'none', sourceRows: null } as const;
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
