import { centralRefusal, FailureCode, type SyncFailure } from '../../shared/errors.ts';
import { Strategy } from '../../shared/status.ts';
import type { Session } from '../postgres/session.ts';
import type { Checkpoint } from '../target/checkpoint.ts';
import { brakeAfter, countCentral } from './deleteBrake.ts';
import { interferingNames } from './interfering.ts';
import { type Lacking, nameOf, type PassContext } from './pass.ts';

/** What counts say of a table whose rows have all come. */
export interface Proof {
  /**
   * `equal`: central has as many rows as the source, and all that was sent is there as it was sent. `surplus`: central
   * may have rows that the source has not. `lacking`: rows that the source has are not there, or not as they are.
   */
  readonly verdict: 'equal' | 'surplus' | 'lacking';
  /** With the rows that central has. */
  readonly checkpoint: Checkpoint;
  /** Number of rows missing at central; 0 where that is not known. */
  readonly missing: number;
}

/**
 * Holds the counts of both sides against each other at the end of a pass.
 *
 * @param session at central, in a transaction
 * @param at with the rows that central has, where they were counted or added up; else they are counted now
 * @param sourceRows rows of the table in the pass's snapshot; null where nobody counted them: then keys have to tell
 */
export async function prove(
  context: PassContext,
  session: Session,
  at: Checkpoint,
  sourceRows: number | null,
): Promise<Proof> {
  // Rows of several branches in one table cannot be told apart, nor counted.
  if (!context.deletes) return { verdict: at.unproven > 0 ? 'lacking' : 'equal', checkpoint: at, missing: 0 };
  if (sourceRows === null) return { verdict: 'surplus', checkpoint: at, missing: 0 };
  // What a trigger does to other rows than the one that is written is in nobody's sum.
  const known = context.target.rereads ? null : at.centralRows;
  const centralRows = known ?? (await countCentral(context, session));
  const checkpoint = { ...at, centralRows, counted: at.counted || known === null };
  const missing = Math.max(0, sourceRows - centralRows);
  if (at.unproven > 0 || missing > 0) return { verdict: 'lacking', checkpoint, missing };
  return { verdict: centralRows > sourceRows ? 'surplus' : 'equal', checkpoint, missing };
}

/** Why a table cannot be called done although everything was sent and compared. */
export async function lacksRows(
  context: PassContext,
  { missing, unproven }: Pick<Lacking, 'missing' | 'unproven'>,
): Promise<SyncFailure> {
  const { session } = await context.links.central();
  const causes = await interferingNames(session, context.target);
  const about = { ...nameOf(context), causes };
  if (missing > 0) return centralRefusal(FailureCode.CentralLacksRows, { ...about, rows: missing });
  return centralRefusal(FailureCode.CentralChangesRows, { ...about, rows: unproven });
}

/** The pass is over: what it saw holds from its mark on. */
export function endOfPass(at: Checkpoint): Checkpoint {
  return { ...at, ...brakeAfter(at), ...compared(at), state: 'done', mark: at.passMark, passMark: null };
}

/**
 * A pass that looked at every row of both sides in one go has found, and mended, what head office itself had changed
 * before it began. What it changed during the pass is noted anew.
 */
function compared({ strategy, resumed, rewritten }: Checkpoint): Pick<Checkpoint, 'rewritten'> {
  const looked = strategy === Strategy.Full || strategy === Strategy.Compare || strategy === Strategy.Replace;
  return { rewritten: looked && !resumed ? null : rewritten };
}

/**
 * The end of a pass whose deletes were held, once they are done. Its mark is where it should be: the
 * checkpoint asked for a catch-up pass from there, in case that nobody came to do them.
 */
export function endOfDeletes(at: Checkpoint): Checkpoint {
  return { ...at, ...brakeAfter(at), state: 'done', passMark: null };
}

/** A pass whose rows are all there and whose deletes wait: the checkpoint asks for a catch-up pass, that does them. */
export function toDeletes(at: Checkpoint): Checkpoint {
  return { ...toCatchUp(at), ...compared(at) };
}

/**
 * A pass that saw more than one snapshot has missed what changed behind its checkpoint meanwhile: what
 * is newer than its first mark is read once more.
 */
export function toCatchUp(at: Checkpoint): Checkpoint {
  return {
    ...at,
    state: 'running',
    strategy: Strategy.Changes,
    mark: at.passMark,
    passMark: null,
    lastKey: null,
    resumed: false,
  };
}

/**
 * A pass that has sent everything, and central lacks rows all the same: both sides are compared. Its mark is not
 * reached, so whoever goes on later compares, too, or reads again what this pass has read.
 */
export function toCompare(at: Checkpoint): Checkpoint {
  return {
    ...at,
    state: 'running',
    strategy: Strategy.Compare,
    lastKey: null,
    resumed: false,
    direct: false,
    unproven: 0,
  };
}
