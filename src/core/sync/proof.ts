import { FailureCode, type SyncFailure } from '../../shared/errors.ts';
import { type Checkpoint, centralRefusal } from '../central/checkpoint.ts';
import type { Session } from '../postgres/session.ts';
import { countCentral, nameOf } from './deletes.ts';
import { interferingNames } from './interfering.ts';
import type { Lacking, PassContext } from './pass.ts';

/** What counts say of a table whose rows have all come. */
export interface Proof {
  /**
   * `equal`: central has as many rows as the source, and all that was sent is there as it was sent. `surplus`: central
   * may have rows that the source has not. `lacking`: rows that the source has are not there, or not as they are.
   */
  readonly verdict: 'equal' | 'surplus' | 'lacking';
  /** With the rows that central has. */
  readonly checkpoint: Checkpoint;
  /** Rows that central has too few; 0 where that is not known. */
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
