import {
  beginWithStage,
  copyInto,
  createStage,
  deleteRange,
  dropStage,
  insertStaged,
  stageTable,
} from '../central/apply.ts';
import { type Checkpoint, commitCheckpoint } from '../central/checkpoint.ts';
import { beginCentral } from '../central/transaction.ts';
import { changedSince } from '../source/mark.ts';
import { closeSnapshot, copyRows, countRows, markOf, type Snapshot } from '../source/snapshot.ts';
import { fillChunk, NO_LIMITS } from './chunk.ts';
import { endOfPass } from './endOfPass.ts';
import type { PassContext, PassEnd } from './pass.ts';
import { endHere } from './strays.ts';

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
  const at = { ...start, passMark: markOf(snapshot), sourceSnapshotAt: snapshot.takenAt };
  const end = await endHere(context, at);
  context.onCommit(end);
  await closeSnapshot(snapshot);
  return { kind: 'done', checkpoint: end };
}

/** Any change of a row, one for another included, makes a newer row version or another count. */
async function isUnchanged(
  { source }: PassContext,
  { session }: Snapshot,
  { centralRows }: Checkpoint,
  since: bigint,
): Promise<boolean> {
  const counted = await countRows(session, source, changedSince('t', since));
  return counted.changed === 0 && counted.rows === centralRows;
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
    const begin = `${beginWithStage(beginCentral(session, connection), createStage(target, stage))}; ${copyInto(target, stage)}`;
    const copy = await session.copyIn(begin, target.format);
    const load = await fillChunk({ ...context, limits: NO_LIMITS }, snapshot.session, rows, session, copy);
    if (load.cutShort !== null) throw load.cutShort;
    if (!rows.exhausted) {
      session.destroy();
      return { kind: 'stopped', checkpoint: start };
    }
    await session.guard(copy.end(), session.workMs);
    await session.query(deleteRange(target, connection, { after: null, upTo: null }), [], session.workMs);
    await session.query(insertStaged(target, stage, connection), [], session.workMs);
    const done: Checkpoint = {
      ...endOfPass({ ...start, passMark: markOf(snapshot) }),
      seq: start.seq + 1,
      processed: load.rows,
      bytes: load.bytes,
      centralRows: load.rows,
      sourceSnapshotAt: snapshot.takenAt,
    };
    await commitCheckpoint(session, start, done, dropStage(stage));
    context.onCommit(done);
    return { kind: 'done', checkpoint: done };
  } finally {
    if (rows.exhausted) await closeSnapshot(snapshot);
    else snapshot.session.destroy();
  }
}
