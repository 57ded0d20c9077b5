import { Strategy } from '../../shared/status.ts';
import type { Checkpoint } from '../central/checkpoint.ts';
import { type Comparison, compareTable } from '../compare/compareTable.ts';
import { repairBuckets } from '../compare/repair.ts';
import { closeSnapshot, markOf, type Snapshot } from '../source/snapshot.ts';
import { runKeyedPass } from './keyedPass.ts';
import type { PassContext, PassEnd } from './pass.ts';
import { endProved } from './strays.ts';

/** Everything is read: for where digests would say that everything differs. */
export const READ_ALL = {
  strategy: Strategy.Full,
  where: null,
  removes: 'read',
  sourceRows: null,
} as const;

/**
 * Strategy `compare`: both sides are compared by digests, and only what differs travels. Where a first look
 * says that nearly everything differs, everything is read instead.
 *
 * @param snapshot open, and closed here
 */
export async function runCompare(
  context: PassContext,
  snapshot: Snapshot,
  start: Checkpoint,
): Promise<PassEnd> {
  const at: Checkpoint = {
    ...start,
    unproven: 0,
    passMark: markOf(snapshot),
    sourceSnapshotAt: snapshot.takenAt,
  };
  const found = await compare(context, snapshot);
  if (found === null) return stopped(snapshot, start);
  if (found.hopeless) return runKeyedPass(context, snapshot, READ_ALL, { ...at, strategy: Strategy.Full });
  const held = context.deletes && context.care.holdDeletes;
  const counted = { ...at, centralRows: context.deletes ? found.centralRows : null, counted: true };
  const mending = { ...context, deletes: context.deletes && !held };
  const mended = await repairBuckets(mending, snapshot, found, counted);
  const { checkpoint, counts, unproven } = mended;
  if (!mended.whole) return { kind: 'stopped', checkpoint };
  const skipped = checkpoint.skipped + Math.max(0, found.sourceRows - rowsOf(counts) - unproven);
  const end = await endProved(context, { ...checkpoint, skipped, unproven }, found.sourceRows);
  context.onCommit(end.checkpoint);
  await closeSnapshot(snapshot);
  return end;
}

async function compare(context: PassContext, snapshot: Snapshot): Promise<Comparison | null> {
  const shared = context.target.layout === 'merge' && !context.deletes;
  try {
    return await compareTable(context, { snapshot, probe: true, shared });
  } catch (error) {
    if (context.stop.aborted) return null;
    throw error;
  }
}

function stopped({ session }: Snapshot, at: Checkpoint): PassEnd {
  session.destroy();
  return { kind: 'stopped', checkpoint: at };
}

function rowsOf(counts: { readonly processed: number; readonly skipped: number }): number {
  return counts.processed + counts.skipped;
}
