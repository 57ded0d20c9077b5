import { centralRefusal, FailureCode, type SyncFailure } from '../../shared/errors.ts';
import type { Session } from '../postgres/session.ts';
import { countMine } from '../target/apply.ts';
import type { Checkpoint } from '../target/checkpoint.ts';
import { beginCentral } from '../target/setup.ts';
import { BRAKE_ROWS, exceedsBrake } from './brakeLimit.ts';
import { brakeCascaded, countCascaded } from './cascades.ts';
import { brakeConnection } from './connectionBrake.ts';
import { interferingNames } from './interfering.ts';
import { nameOf, type PassContext } from './pass.ts';

/**
 * The checkpoint's delete counts at the start of a pass. Consent resets them. `removedOf` keeps the table's size as of
 * the last complete pass until a pass ends: rows added by passes that the brake stopped must not raise the limit.
 */
export function brakeOf(at: Checkpoint, allowDeletes: boolean): Pick<Checkpoint, 'removed' | 'removedOf'> {
  const { removed, removedOf, centralRows } = at;
  if (allowDeletes) return { removed: 0, removedOf: smaller(removedOf, centralRows) };
  return { removed, removedOf: removedOf ?? centralRows };
}

/** The delete counts at the end of a pass: rows added meanwhile make up for removed ones. */
export function brakeAfter(at: Checkpoint): Pick<Checkpoint, 'removed' | 'removedOf'> {
  const { removed, removedOf, centralRows } = at;
  const known = removedOf !== null && centralRows !== null;
  const left = known ? Math.min(removed, Math.max(0, removedOf - centralRows)) : removed;
  return left === 0 ? { removed: 0, removedOf: null } : { removed: left, removedOf };
}

/** The checkpoint's counts after `removed` rows were removed. */
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
 * Removes rows at central: all of them, or none if the delete brake or head office prevents it.
 *
 * @param statement counts the rows and removes them if they are at most `most` (null: no limit); returns `extra` (found)
 *   and `removed`
 * @param at the table's checkpoint, with the rows removed since the last consent
 * @returns how many rows were removed
 * @throws SyncFailure `too_many_deletes`, `too_many_deletes_in_all`, `central_keeps_rows`, `central_lacks_rows`. The
 *   caller must then not commit
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
  // So few rows pass the brake anyway: the whole table is counted only where there are more.
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
 * Checks a table's own deletes against the delete brake.
 *
 * @param extra rows to remove
 * @throws SyncFailure `too_many_deletes`
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
  if (!exceedsBrake(total, before)) return;
  throw centralRefusal(FailureCode.TooManyDeletes, {
    ...nameOf(context),
    deletes: extra,
    rows: before,
    gone: at.removed,
  });
}

/**
 * Fails, before the commit, if head office's own triggers or rules removed further rows of the table.
 *
 * @param expected rows that should be left
 * @throws SyncFailure `central_lacks_rows`
 */
async function refuseMore(context: PassContext, session: Session, expected: number): Promise<void> {
  await session.query('SET CONSTRAINTS ALL IMMEDIATE', [], session.workMs);
  const rows = expected - (await countCentral(context, session));
  if (rows <= 0) return;
  const causes = await interferingNames(session, context.target);
  throw centralRefusal(FailureCode.CentralLacksRows, { ...nameOf(context), rows, causes });
}

/** Counts the connection's rows of the table at central. */
export async function countCentral(context: PassContext, session: Session): Promise<number> {
  const counted = await session.query(countMine(context.target, context.connection), [], session.workMs);
  return Number(counted.rows[0]?.rows);
}

/** Counts them in a transaction of its own, in one round trip. */
export async function countCentralNow({ links, target, connection }: PassContext): Promise<number> {
  const { session } = await links.central();
  const script = [...beginCentral(session, connection), countMine(target, connection), 'COMMIT'];
  const results = await session.script(script, session.workMs);
  return Number(results.at(-2)?.rows[0]?.rows);
}

/** The failure for rows that the branch has removed and that central's triggers, rules or policies keep. */
export async function keepsRows(context: PassContext, session: Session, rows: number): Promise<SyncFailure> {
  const causes = await interferingNames(session, context.target);
  return centralRefusal(FailureCode.CentralKeepsRows, { ...nameOf(context), rows, causes });
}

function smaller(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}
