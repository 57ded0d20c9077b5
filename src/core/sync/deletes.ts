import { FailureCode } from '../../shared/errors.ts';
import { countMine, deleteUnstaged, type KeyRange } from '../central/apply.ts';
import { type Checkpoint, centralRefusal } from '../central/checkpoint.ts';
import type { Session } from '../postgres/session.ts';
import type { PassContext } from './pass.ts';

/** A pass that would remove more than both of these stops and asks: an emptied or wrong source looks just so. */
const BRAKE_ROWS = 1000;
const BRAKE_SHARE = 0.2;

/**
 * Removes rows of a range that were not staged, inside the chunk's transaction.
 *
 * @returns how many
 * @throws SyncFailure `too_many_deletes`, before anything is committed
 */
export async function removeUnstaged(
  context: PassContext,
  session: Session,
  stage: string,
  range: KeyRange,
  at: Checkpoint,
): Promise<number> {
  const { target, connection } = context;
  const result = await session.query(deleteUnstaged(target, stage, connection, range), [], session.workMs);
  await brake(context, session, at, result.rowCount);
  return result.rowCount;
}

/** @throws SyncFailure `too_many_deletes` */
export async function brake(
  context: PassContext,
  session: Session,
  at: Checkpoint,
  removed: number,
): Promise<void> {
  const total = at.deleted + removed;
  if (context.allowDeletes || removed === 0 || total <= BRAKE_ROWS) return;
  const counted = await session.query(countMine(context.target, context.connection), [], session.workMs);
  const before = Number(counted.rows[0]?.rows) + total;
  if (total <= before * BRAKE_SHARE) return;
  const params = { connection: context.connection, table: context.target.name, deletes: total, rows: before };
  throw centralRefusal(FailureCode.TooManyDeletes, params);
}

/**
 * Whether central may hold rows that the source no longer has. After a pass that ran in one snapshot,
 * with nobody else writing, central has every key of the source: equal counts prove equal keys.
 *
 * @param at with the rows that central has by its own counting, where known
 * @param sourceRows rows of the table in the pass's snapshot; null where they were not counted
 */
export async function countsDiffer(
  context: PassContext,
  session: Session,
  at: Checkpoint,
  sourceRows: number | null,
): Promise<boolean> {
  if (!context.deletes) return false;
  if (at.centralRows !== null) return at.centralRows !== sourceRows;
  const counted = await session.query(countMine(context.target, context.connection), [], session.workMs);
  return Number(counted.rows[0]?.rows) !== sourceRows;
}
