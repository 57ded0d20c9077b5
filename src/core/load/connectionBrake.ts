import { centralRefusal, FailureCode } from '../../shared/errors.ts';
import type { Session } from '../postgres/session.ts';
import { countMine } from '../target/apply.ts';
import type { Checkpoint } from '../target/checkpoint.ts';
import { forgetRemoved, lockRemoved, removedBesides } from '../target/removedRows.ts';
import { BRAKE_ROWS, exceedsBrake } from './brakeLimit.ts';
import { nameOf, type PassContext } from './pass.ts';

/**
 * Applies the delete brake to all tables of a connection together, before one of them commits its deletes. A wrong
 * database with many small tables would otherwise stay below each table's own limit. If only a person's consent lets the
 * deletes pass, the sums of all tables start again from zero.
 *
 * @param at the table's checkpoint
 * @param extra rows removed from the table in the open transaction. Rows that its cascades removed from other tables are
 *   already in the stored sums
 * @throws SyncFailure `too_many_deletes_in_all`
 */
export async function brakeConnection(
  context: PassContext,
  session: Session,
  at: Checkpoint,
  extra: number,
): Promise<void> {
  if (extra === 0) return;
  const { connection, target, allowDeletes } = context;
  const sums = [lockRemoved(connection), removedBesides(connection, target.name)];
  const row = (await session.script(sums, session.workMs)).at(-1)?.rows[0];
  const total = Number(row?.gone) + at.removed + extra;
  if (total <= BRAKE_ROWS) return;
  const rows = at.removedOf ?? at.centralRows ?? (await rowsBefore(context, session, at, extra));
  const all = Number(row?.had) + rows;
  if (!exceedsBrake(total, all)) return;
  if (allowDeletes) return void (await session.query(forgetRemoved(connection, target.name)));
  const counts = { deletes: extra, rows, gone: total - extra, all };
  throw centralRefusal(FailureCode.TooManyDeletesInAll, { ...nameOf(context), ...counts });
}

/** Rows that the table had before the first delete that counts. */
async function rowsBefore(
  { target, connection }: PassContext,
  session: Session,
  at: Checkpoint,
  extra: number,
): Promise<number> {
  const [row] = (await session.query(countMine(target, connection), [], session.workMs)).rows;
  return Number(row?.rows) + extra + at.removed;
}
