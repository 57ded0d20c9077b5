import { endHere } from '../../compare/orphanRows.ts';
import { countCascaded, refuseCascaded } from '../../load/cascades.ts';
import { brakeConnection } from '../../load/connectionBrake.ts';
import { brake, countCentral, countCentralNow, keepsRows, withRemoved } from '../../load/deleteBrake.ts';
import { endCopy, fillChunk, NO_LIMITS } from '../../load/fillChunk.ts';
import type { PassContext, PassEnd } from '../../load/pass.ts';
import { endOfPass, lacksRows } from '../../load/proof.ts';
import { commitNoting, RewriteWatch } from '../../load/rewrites.ts';
import type { Session } from '../../postgres/session.ts';
import type { ChangedRows, Snapshot } from '../../source/port.ts';
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
 * Strategy `replace`, for tables without a key. Reads all rows, unless row versions and counts prove that none has
 * changed.
 *
 * @param changed the rows changed since the last pass; null where row versions prove nothing
 * @param snapshot open; this function closes it
 */
export async function runReplace(
  context: PassContext,
  snapshot: Snapshot,
  start: Checkpoint,
  changed: ChangedRows | null = null,
): Promise<PassEnd> {
  if (changed === null || !(await isUnchanged(context, snapshot, start, changed))) {
    return replaceAll(context, snapshot, start);
  }
  const at = { ...start, passMark: snapshot.mark, sourceSnapshotAt: snapshot.takenAt, counted: true };
  const end = await endHere(context, at);
  context.onCommit(end);
  await snapshot.close();
  return { kind: 'done', checkpoint: end };
}

/** Every change makes a newer row version or another count, even replacing one row by another. */
async function isUnchanged(
  context: PassContext,
  snapshot: Snapshot,
  { centralRows, counted }: Checkpoint,
  changed: ChangedRows,
): Promise<boolean> {
  const ours = await snapshot.count(changed);
  if (ours.changed > 0 || ours.rows !== centralRows) return false;
  // Others may have removed rows at central, so the summed count is used only for a time and then counted again.
  return (counted && !context.target.unlogged) || (await countCentralNow(context)) === ours.rows;
}

/**
 * Loads a staging table and then swaps the contents, all in one central transaction, so that readers see either the old
 * rows or the new ones. After an interruption such a pass starts again from the beginning.
 */
async function replaceAll(context: PassContext, snapshot: Snapshot, start: Checkpoint): Promise<PassEnd> {
  const { links, connection, target, stop } = context;
  const rows = await snapshot.rows(target, { after: null, rows: null });
  const stage = stageTable(connection, target.name);
  try {
    await rows.ready(Number.POSITIVE_INFINITY, stop);
    if (stop.aborted) return { kind: 'stopped', checkpoint: start };
    // Opened only now: the source may take long for its first row, and head office may end idle sessions.
    const { session } = await links.central();
    const begin = beginWithStage(beginCentral(session, connection), createStage(target, stage));
    const copy = await session.copyIn([...begin, copyInto(target, stage)], target.format);
    const load = await fillChunk({ ...context, limits: NO_LIMITS }, rows, session, copy);
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
      passMark: snapshot.mark,
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
    await rows.end();
  }
}

/**
 * Replaces the table's rows by the staged ones.
 *
 * @param rows number of staged rows
 * @returns `deleted`: by how many rows the table has shrunk, since rows without a key cannot be matched one by one;
 *   `rewritten`: the other tables that head office's keys and triggers have written to
 * @throws SyncFailure `too_many_deletes`, `too_many_deletes_in_all`, or where central does not hold exactly the rows sent
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
  // The table's own rows are checked below.
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
