import { Strategy } from '../../shared/status.ts';
import type { Checkpoint } from '../central/checkpoint.ts';
import { changedSince } from '../source/mark.ts';
import { closeSnapshot, countRows, markOf, type Snapshot } from '../source/snapshot.ts';
import { endOfDeletes } from './endOfPass.ts';
import { runKeyedPass } from './keyedPass.ts';
import type { PassContext, PassEnd } from './pass.ts';
import { endProved, removeStrays } from './strays.ts';

/**
 * Strategy `changes`: only rows whose version is newer than the mark. One scan counts the rows and those
 * that changed; only if there are any are they read, sorted by key. What is gone from the source is
 * proven by the counts.
 *
 * @param since transaction id from which rows count as changed
 * @param snapshot open, and closed here
 */
export async function runChanges(
  context: PassContext,
  snapshot: Snapshot,
  since: bigint,
  start: Checkpoint,
): Promise<PassEnd> {
  const { source } = context;
  const where = changedSince('t.xmin', since);
  const counted = await countRows(snapshot.session, source, where);
  if (counted.changed === 0 && !start.resumed) return nothingChanged(context, snapshot, counted.rows, start);
  const plan = { strategy: Strategy.Changes, where, removes: 'counts', sourceRows: counted.rows } as const;
  return runKeyedPass(context, snapshot, plan, start);
}

async function nothingChanged(
  context: PassContext,
  snapshot: Snapshot,
  sourceRows: number,
  start: Checkpoint,
): Promise<PassEnd> {
  const at: Checkpoint = {
    ...start,
    // Others may have removed rows since: now and then it is not enough to have added up.
    centralRows: start.counted && !context.target.unlogged ? start.centralRows : null,
    passMark: markOf(snapshot),
    sourceSnapshotAt: start.sourceSnapshotAt ?? snapshot.takenAt,
  };
  const proved = await endProved(context, at, sourceRows);
  const surplus = proved.kind === 'deletes_held' && !context.care.holdDeletes;
  // `endProved` has asked for a catch-up pass, in case that we do not come to remove what is too much.
  const end = surplus ? await removeStrays(context, snapshot, proved.checkpoint, endOfDeletes) : proved;
  context.onCommit(end.checkpoint);
  await closeSnapshot(snapshot);
  return end;
}
