import { centralRefusal, FailureCode, type SyncFailure } from '../../shared/errors.ts';
import type { Session } from '../postgres/session.ts';
import { countMine } from '../target/apply.ts';
import type { Checkpoint } from '../target/checkpoint.ts';
import { beginCentral } from '../target/setup.ts';
import { BRAKE_ROWS, BRAKE_SHARE, brakeCascaded, countCascaded } from './cascades.ts';
import { brakeConnection } from './connectionBrake.ts';
import { interferingNames } from './interfering.ts';
import { nameOf, type PassContext } from './pass.ts';

/**
 * Where a checkpoint's count of removed rows stands when a new pass begins; a consent begins it anew. What the table
 * had at the last whole pass stays the measure until a pass ends: the rows that passes have brought before the brake
 * stopped them make no larger table of it.
 */
export function brakeOf(at: Checkpoint, allowDeletes: boolean): Pick<Checkpoint, 'removed' | 'removedOf'> {
  const { removed, removedOf, centralRows } = at;
  if (allowDeletes) return { removed: 0, removedOf: smaller(removedOf, centralRows) };
  return { removed, removedOf: removedOf ?? centralRows };
}

/** The same when a pass has ended: rows that came meanwhile make up for rows that went. */
export function brakeAfter(at: Checkpoint): Pick<Checkpoint, 'removed' | 'removedOf'> {
  const { removed, removedOf, centralRows } = at;
  const known = removedOf !== null && centralRows !== null;
  const left = known ? Math.min(removed, Math.max(0, removedOf - centralRows)) : removed;
  return left === 0 ? { removed: 0, removedOf: null } : { removed: left, removedOf };
}

/** What a checkpoint has to say once so many rows have gone. */
export function withRemoved(
  { allowDeletes }: Pick<PassContext, 'allowDeletes'>,
  at: Checkpoint,
  removed: number,
): Pick<Checkpoint, 'deleted' | 'centralRows' | 'removed'> {
  return {
    deleted: at.deleted + removed,
    centralRows: at.centralRows === null ? null : at.centralRows - removed,
    removed: allowDeletes ? 0 : at.removed + removed,
  };
}

/**
 * Removes rows at central, all or none: they are counted before the first one goes.
 *
 * @param statement counts the rows, and removes them unless they are more than so many (null: all may go); returns
 *   `extra` and `removed`
 * @param at where the table stands, with what has gone since the last consent
 * @returns how many have gone
 * @throws SyncFailure `too_many_deletes`, `too_many_deletes_in_all`, `central_keeps_rows`, `central_lacks_rows`; nothing has gone then
 */
export async function removeWithBrake(
  context: PassContext,
  session: Session,
  at: Checkpoint,
  statement: (most: number | null) => string,
): Promise<number> {
  const run = async (most: number | null) => {
    const [row] = (await session.query(statement(most), [], session.workMs)).rows;
    return { extra: Number(row?.extra), removed: Number(row?.removed) };
  };
  const before = context.target.rereads ? await countCentral(context, session) : null;
  const cascaded = await countCascaded(context, session);
  // What needs no look at the whole table goes without one.
  const few = context.allowDeletes ? null : Math.max(0, BRAKE_ROWS - at.removed);
  let done = await run(few);
  if (few !== null && done.extra > few) {
    await brake(context, session, at, done.extra);
    done = await run(null);
  }
  if (done.removed !== done.extra) throw await keepsRows(context, session, done.extra - done.removed);
  await brakeCascaded(context, session, cascaded, done.removed);
  await brakeConnection(context, session, at, done.removed);
  if (before !== null && done.removed > 0) await refuseMore(context, session, before - done.removed);
  return done.removed;
}

/**
 * @param extra rows that are to go
 * @throws SyncFailure `too_many_deletes` where they are too many
 */
export async function brake(
  context: PassContext,
  session: Session,
  at: Checkpoint,
  extra: number,
): Promise<void> {
  const total = at.removed + extra;
  if (context.allowDeletes || extra === 0 || total <= BRAKE_ROWS) return;
  const there = (await countCentral(context, session)) + at.removed;
  const before = Math.min(at.removedOf ?? there, there);
  if (total <= before * BRAKE_SHARE) return;
  throw centralRefusal(FailureCode.TooManyDeletes, {
    ...nameOf(context),
    deletes: extra,
    rows: before,
    gone: at.removed,
  });
}

/**
 * Refuses what head office's own triggers and rules removed besides, before it is committed.
 *
 * @param expected rows that are to be left
 * @throws SyncFailure `central_lacks_rows`
 */
async function refuseMore(context: PassContext, session: Session, expected: number): Promise<void> {
  await session.query('SET CONSTRAINTS ALL IMMEDIATE', [], session.workMs);
  const rows = expected - (await countCentral(context, session));
  if (rows <= 0) return;
  const causes = await interferingNames(session, context.target);
  throw centralRefusal(FailureCode.CentralLacksRows, { ...nameOf(context), rows, causes });
}

/** How many rows of the connection central really has. */
export async function countCentral(context: PassContext, session: Session): Promise<number> {
  const counted = await session.query(countMine(context.target, context.connection), [], session.workMs);
  return Number(counted.rows[0]?.rows);
}

/** The same in a transaction of its own, in one round trip. */
export async function countCentralNow({ links, target, connection }: PassContext): Promise<number> {
  const { session } = await links.central();
  const script = [...beginCentral(session, connection), countMine(target, connection), 'COMMIT'];
  const results = await session.script(script, session.workMs);
  return Number(results.at(-2)?.rows[0]?.rows);
}

/** Rows that are gone at the branch, and that central does not let go. */
export async function keepsRows(context: PassContext, session: Session, rows: number): Promise<SyncFailure> {
  const causes = await interferingNames(session, context.target);
  return centralRefusal(FailureCode.CentralKeepsRows, { ...nameOf(context), rows, causes });
}

function smaller(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}
