import { copyInto, createStage, deleteRange, dropStage, insertStaged, stageTable } from '../central/apply.ts';
import { type Checkpoint, commitCheckpoint } from '../central/checkpoint.ts';
import { beginCentral } from '../central/transaction.ts';
import { beginSnapshot, copyRows } from '../source/snapshot.ts';
import { fillChunk } from './chunk.ts';
import type { PassContext, PassEnd } from './pass.ts';

/**
 * Strategy `replace`, for tables whose rows have no identity: loads a staging table, then swaps the
 * contents, all in one central transaction, so readers see the old rows or the new ones, never half of
 * both. Such a pass cannot go on after an interruption; it starts again.
 */
export async function runReplace(context: PassContext, start: Checkpoint): Promise<PassEnd> {
  const { links, connection, source, target, stop } = context;
  const from = await links.source();
  const { session, version } = await links.central();
  const takenAt = await beginSnapshot(from.session, from.version);
  const rows = from.session.copyOut(
    copyRows(source.schema, target, null),
    target.format,
    target.columns.length,
  );
  const stage = stageTable(connection, target.name);
  const everything = { chunkRows: Number.POSITIVE_INFINITY, chunkBytes: Number.POSITIVE_INFINITY };
  const limits = { ...context.limits, ...everything, chunkSeconds: Number.POSITIVE_INFINITY };
  try {
    await from.session.guard(rows.ready(Number.POSITIVE_INFINITY, stop));
    if (stop.aborted) return { kind: 'stopped', checkpoint: start };
    const begin = `${beginCentral(version, connection)}; ${createStage(target, stage)}; ${copyInto(target, stage)}`;
    const copy = await session.copyIn(begin, target.format);
    const load = await fillChunk({ ...context, limits }, from.session, rows, session, copy);
    if (load.cutShort !== null) throw load.cutShort;
    if (!rows.exhausted) {
      session.destroy();
      return { kind: 'stopped', checkpoint: start };
    }
    await session.guard(copy.end(), session.workMs);
    const all = { after: null, upTo: null };
    await session.query(deleteRange(target, connection, all), [], session.workMs);
    await session.query(insertStaged(target, stage, connection), [], session.workMs);
    const done: Checkpoint = {
      ...start,
      seq: start.seq + 1,
      state: 'done',
      processed: load.rows,
      bytes: load.bytes,
      centralRows: load.rows,
      sourceSnapshotAt: takenAt,
    };
    await commitCheckpoint(session, start, done, dropStage(stage));
    context.onCommit(done);
    return { kind: 'done', checkpoint: done };
  } finally {
    if (rows.exhausted) await from.session.query('COMMIT').catch(() => {});
    else from.session.destroy();
  }
}
