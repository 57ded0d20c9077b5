import { Strategy } from '../../shared/status.ts';
import { type Checkpoint, commitCheckpoint } from '../central/checkpoint.ts';
import { beginCentral } from '../central/transaction.ts';
import { changedSince } from '../source/mark.ts';
import { closeSnapshot, countRows, markOf, type Snapshot } from '../source/snapshot.ts';
import { countsDiffer } from './deletes.ts';
import { endOfPass, toCatchUp } from './endOfPass.ts';
import { runKeyedPass } from './keyedPass.ts';
import type { PassContext, PassEnd } from './pass.ts';
import { removeStrays } from './strays.ts';

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
  const where = changedSince('t', since);
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
  const { session } = await context.links.central();
  const at: Checkpoint = {
    ...start,
    passMark: markOf(snapshot),
    sourceSnapshotAt: start.sourceSnapshotAt ?? snapshot.takenAt,
  };
  await session.script(beginCentral(session, context.connection));
  const proven = !(await countsDiffer(context, session, at, sourceRows));
  const held = !proven && context.care.holdDeletes;
  const next: Checkpoint = {
    ...(proven ? endOfPass(at) : held ? toCatchUp(at) : at),
    seq: start.seq + 1,
  };
  await commitCheckpoint(session, start, next);
  const end = proven || held ? next : await removeStrays(context, snapshot, next);
  context.onCommit(end);
  await closeSnapshot(snapshot);
  if (held) return { kind: 'deletes_held', checkpoint: end };
  return { kind: end.state === 'done' ? 'done' : 'stopped', checkpoint: end };
}
