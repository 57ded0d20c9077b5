import { endHere } from '../../compare/orphanRows.ts';
import { countCascaded, refuseCascaded } from '../../load/cascades.ts';
import { brakeConnection } from '../../load/connectionBrake.ts';
import { brake, countCentral, countCentralNow, keepsRows, withRemoved } from '../../load/deleteBrake.ts';
import { endCopy, fillChunk, NO_LIMITS } from '../../load/fillChunk.ts';
import type { PassContext, PassEnd } from '../../load/pass.ts';
import { endOfPass, lacksRows } from '../../load/proof.ts';
import { commitNoting, RewriteWatch } from '../../load/rewrites.ts';
import type { Session } from '../../postgres/session.ts';
import { changedSince } from '../../source/mark.ts';
import { closeSnapshot, copyRows, countRows, markOf, type Snapshot } from '../../source/snapshot.ts';
import {
  beginWithStage,
  copyInto,
  countUnequalRows,
  createStage,
  deleteMine,
  dropStage,
  insertStaged,
  stageTable,
} from '../../target/apply.ts';
import type { Checkpoint } from '../../target/checkpoint.ts';
import { beginCentral } from '../../target/setup.ts';

/**
 * Strategy `replace`, for tables whose rows have no identity: where row versions and counts say that nothing has
 * changed, nothing is read; else all rows are.
 *
 * @param since transaction id from which rows count as changed; null where row versions say nothing
 * @param snapshot open, and closed here
 */
export async function runReplace(
  context: PassContext,
  snapshot: Snapshot,
  start: Checkpoint,
  since: bigint | null = null,
): Promise<PassEnd> {
  if (since === null || !(await isUnchanged(context, snapshot, start, since))) {
    return replaceAll(context, snapshot, start);
  }
  const at = { ...start, passMark: markOf(snapshot), sourceSnapshotAt: snapshot.takenAt, counted: true };
  const end = await endHere(context, at);
  context.onCommit(end);
  await closeSnapshot(snapshot);
  return { kind: 'done', checkpoint: end };
}

/** Any change of a row, one for another included, makes a newer row version or another count. */
async function isUnchanged(
  context: PassContext,
  { session }: Snapshot,
  { centralRows, counted }: Checkpoint,
  since: bigint,
): Promise<boolean> {
  const ours = await countRows(session, context.source, changedSince('t.xmin', since));
  if (ours.changed > 0 || ours.rows !== centralRows) return false;
  // Others may have removed rows since: now and then it is not enough to have added up.
  return (counted && !context.target.unlogged) || (await countCentralNow(context)) === ours.rows;
}

/**
 * Loads a staging table, then swaps the contents, all in one central transaction, so readers see the old rows or
 * the new ones, never half of both. Such a pass cannot go on after an interruption; it starts again.
 */
async function replaceAll(context: PassContext, snapshot: Snapshot, start: Checkpoint): Promise<PassEnd> {
  const { links, connection, source, target, stop } = context;
  const text = copyRows(source, target, { after: null, where: null });
  const rows = snapshot.session.copyOut(text, target.format, target.columns.length);
  const stage = stageTable(connection, target.name);
  try {
    await snapshot.session.guard(rows.ready(Number.POSITIVE_INFINITY, stop));
    if (stop.aborted) return { kind: 'stopped', checkpoint: start };
    // Only now: a source may think for long, and head office may end sessions that are idle.
    const { session } = await links.central();
    const begin = beginWithStage(beginCentral(session, connection), createStage(target, stage));
    const copy = await session.copyIn([...begin, copyInto(target, stage)], target.format);
    const load = await fillChunk({ ...context, limits: NO_LIMITS }, snapshot.session, rows, session, copy);
    if (load.cutShort !== null) throw load.cutShort;
    if (!rows.exhausted) {
      session.destroy();
      return { kind: 'stopped', checkpoint: start };
    }
    await endCopy(context, session, copy, load);
    const { deleted, rewritten } = await swap(context, session, stage, load.rows, start);
    const whole: Checkpoint = {
      ...start,
      ...withRemoved(context, start, deleted),
      passMark: markOf(snapshot),
      processed: load.rows,
      deleted,
      bytes: load.bytes,
      centralRows: load.rows,
      counted: true,
      sourceSnapshotAt: snapshot.takenAt,
    };
    const done: Checkpoint = { ...endOfPass(whole), seq: start.seq + 1 };
    await commitNoting(context, session, start, done, rewritten, dropStage(stage));
    context.onCommit(done);
    return { kind: 'done', checkpoint: done };
  } finally {
    if (rows.exhausted) await closeSnapshot(snapshot);
    else snapshot.session.destroy();
  }
}

/**
 * Puts the staged rows in the place of those that are there.
 *
 * @param rows that are staged
 * @returns by how many rows the table has shrunk: which ones are gone nobody can say of rows without identity; and the
 *   other tables that head office itself has written meanwhile
 * @throws SyncFailure `too_many_deletes`, `too_many_deletes_in_all`, and where central does not hold afterwards just what was sent
 */
async function swap(
  context: PassContext,
  session: Session,
  stage: string,
  rows: number,
  start: Checkpoint,
): Promise<{ readonly deleted: number; readonly rewritten: readonly string[] }> {
  const { target, connection } = context;
  const before = await countCentral(context, session);
  const deleted = Math.max(0, before - rows);
  const at = { ...start, removedOf: start.removedOf ?? before };
  await brake(context, session, at, deleted);
  await brakeConnection(context, session, at, deleted);
  const watch = new RewriteWatch(context, session);
  await watch.begin();
  const cascaded = await countCascaded(context, session);
  await session.query(deleteMine(target, connection), [], session.workMs);
  await session.query(insertStaged(target, stage, connection), [], session.workMs);
  if (before > 0) await refuseCascaded(context, session, cascaded);
  // What became of its own rows is proved below.
  const written = await watch.end({ written: rows, deleted: before });
  const swapped = { deleted, rewritten: written.filter((one) => one !== target.name) };
  if (!target.rereads) return swapped;
  const count = countUnequalRows(target, stage, connection);
  const reread = (await session.script(count, session.workMs)).at(-1);
  const there = await countCentral(context, session);
  if (there < rows) throw await lacksRows(context, { missing: rows - there, unproven: 0 });
  if (there > rows) throw await keepsRows(context, session, there - rows);
  const unproven = Number(reread?.rows[0]?.unequal);
  if (unproven > 0) throw await lacksRows(context, { missing: 0, unproven });
  return swapped;
}
