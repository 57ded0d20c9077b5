import { centralRefusal, FailureCode } from '../../shared/errors.ts';
import type { Session } from '../postgres/session.ts';
import { countMine } from '../target/apply.ts';
import type { Checkpoint } from '../target/checkpoint.ts';
import { forgetRemoved, lockRemoved, removedBesides } from '../target/removedRows.ts';
import { BRAKE_ROWS, BRAKE_SHARE } from './cascades.ts';
import { nameOf, type PassContext } from './pass.ts';

/**
 * The brake for all tables of a connection together, before what one of them loses is committed: a wrong database that
 * has many small tables takes no more from any of them than the table's own brake lets pass. A consent without which
 * it would stop begins the sums of all tables anew.
 *
 * @param at where the table stands
 * @param extra rows that have gone from the table in the transaction that is open; what cascades have taken of others in
 *   it is counted by their checkpoints already
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
  if (total <= all * BRAKE_SHARE) return;
  if (allowDeletes) return void (await session.query(forgetRemoved(connection, target.name)));
  const counts = { deletes: extra, rows, gone: total - extra, all };
  throw centralRefusal(FailureCode.TooManyDeletesInAll, { ...nameOf(context), ...counts });
}

/** Rows that the table had before the first of those went that count. */
async function rowsBefore(
  { target, connection }: PassContext,
  session: Session,
  at: Checkpoint,
  extra: number,
): Promise<number> {
  const [row] = (await session.query(countMine(target, connection), [], session.workMs)).rows;
  return Number(row?.rows) + extra + at.removed;
}
