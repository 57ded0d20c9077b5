import { centralRefusal, FailureCode, type SyncFailure } from '../../shared/errors.ts';
import { Strategy } from '../../shared/status.ts';
import type { Session } from '../postgres/session.ts';
import type { Checkpoint } from '../target/checkpoint.ts';
import { brakeAfter, countCentral } from './deleteBrake.ts';
import { interferingNames } from './interfering.ts';
import { type Lacking, nameOf, type PassContext } from './pass.ts';

/** What the row counts prove once all rows of a table were sent. */
export interface Proof {
  /**
   * `equal`: central has as many rows as the source, all stored as sent. `surplus`: central may have rows that the
   * source lacks. `lacking`: central lacks rows of the source, or has not stored them as sent.
   */
  readonly verdict: 'equal' | 'surplus' | 'lacking';
  /** Includes central's row count. */
  readonly checkpoint: Checkpoint;
  /** Number of rows missing at central; 0 where that is not known. */
  readonly missing: number;
}

/**
 * Compares the row counts of both databases at the end of a pass.
 *
 * @param session at central, in a transaction
 * @param at the checkpoint; if its `centralRows` is null, central's rows are counted now
 * @param sourceRows rows of the table in the pass's snapshot; null where they were not counted, so that only a comparison
 *   of keys can find orphan rows
 */
export async function prove(
  context: PassContext,
  session: Session,
  at: Checkpoint,
  sourceRows: number | null,
): Promise<Proof> {
  // Where branches share a table, their rows cannot be told apart, so a count proves nothing.
  if (!context.deletes) return { verdict: at.unproven > 0 ? 'lacking' : 'equal', checkpoint: at, missing: 0 };
  if (sourceRows === null) return { verdict: 'surplus', checkpoint: at, missing: 0 };
  // Triggers may add or remove further rows, which our sums do not include. So count.
  const known = context.target.rereads ? null : at.centralRows;
  const centralRows = known ?? (await countCentral(context, session));
  const checkpoint = { ...at, centralRows, counted: at.counted || known === null };
  const missing = Math.max(0, sourceRows - centralRows);
  if (at.unproven > 0 || missing > 0) return { verdict: 'lacking', checkpoint, missing };
  return { verdict: centralRows > sourceRows ? 'surplus' : 'equal', checkpoint, missing };
}

/** The failure of a table that still differs after everything was sent and compared. */
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

/** The checkpoint of a finished pass. The pass's mark becomes the table's: the next pass reads what is newer. */
export function endOfPass(at: Checkpoint): Checkpoint {
  return { ...at, ...brakeAfter(at), ...compared(at), state: 'done', mark: at.passMark, passMark: null };
}

/**
 * Clears the note of rows rewritten by head office, if the pass compared every row of both databases without an
 * interruption: it has then repaired what was noted before it began. Notes made during the pass stay.
 */
function compared({ strategy, resumed, rewritten }: Checkpoint): Pick<Checkpoint, 'rewritten'> {
  const looked = strategy === Strategy.Full || strategy === Strategy.Compare || strategy === Strategy.Replace;
  return { rewritten: looked && !resumed ? null : rewritten };
}

/**
 * The checkpoint of a pass whose held deletes are now done. Its mark is already right, since {@link toDeletes} set it for
 * the catch-up pass.
 */
export function endOfDeletes(at: Checkpoint): Checkpoint {
  return { ...at, ...brakeAfter(at), state: 'done', passMark: null };
}

/** The checkpoint of a pass whose deletes are held: it asks for a catch-up pass, which would do them. */
export function toDeletes(at: Checkpoint): Checkpoint {
  return { ...toCatchUp(at), ...compared(at) };
}

/**
 * The checkpoint that asks for a catch-up pass: rows newer than the first snapshot's mark are read again. A pass with
 * more than one snapshot misses changes to rows that it had already passed.
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
 * The checkpoint that asks for a comparison, because central lacks rows although all were sent. It keeps the table's old
 * mark, so that a later run compares too, or reads again what this pass has read.
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
