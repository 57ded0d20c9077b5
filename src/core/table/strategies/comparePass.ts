import { Strategy } from '../../../shared/status.ts';
import { type Comparison, compareTable } from '../../compare/compareTable.ts';
import { endProved, removeOrphanRows } from '../../compare/orphanRows.ts';
import { repairBuckets } from '../../compare/repair.ts';
import type { PassContext, PassEnd } from '../../load/pass.ts';
import { endOfDeletes } from '../../load/proof.ts';
import type { ChangedRows, Snapshot } from '../../source/port.ts';
import type { Checkpoint } from '../../target/checkpoint.ts';
import { runKeyedPass } from './keyedPass.ts';

/** Plan to read every row, for tables in which nearly everything differs. */
export const READ_ALL = {
  strategy: Strategy.Full,
  rows: null,
  removes: 'read',
  sourceRows: null,
} as const;

/**
 * Strategy `compare`: compares digests of both databases and sends only rows that differ. Where a first sample shows
 * that nearly everything differs, it reads everything instead.
 *
 * @param snapshot open; this function closes it
 */
export async function runCompare(
  context: PassContext,
  snapshot: Snapshot,
  start: Checkpoint,
): Promise<PassEnd> {
  const at: Checkpoint = {
    ...start,
    unproven: 0,
    passMark: snapshot.mark,
    sourceSnapshotAt: snapshot.takenAt,
  };
  const found = await compare(context, snapshot);
  if (found === null) return stopped(snapshot, start);
  if (found.hopeless) return runKeyedPass(context, snapshot, READ_ALL, { ...at, strategy: Strategy.Full });
  const held = context.deletes && context.constraints.holdDeletes;
  const counted = { ...at, centralRows: context.deletes ? found.centralRows : null, counted: true };
  const repairContext = { ...context, deletes: context.deletes && !held };
  const repaired = await repairBuckets(repairContext, snapshot, found, counted);
  const { checkpoint, counts, unproven } = repaired;
  if (!repaired.whole) return { kind: 'stopped', checkpoint };
  const skipped = checkpoint.skipped + Math.max(0, found.sourceRows - rowsOf(counts) - unproven);
  const end = await endProved(context, { ...checkpoint, skipped, unproven }, found.sourceRows);
  context.onCommit(end.checkpoint);
  await snapshot.close();
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

function stopped(snapshot: Snapshot, at: Checkpoint): PassEnd {
  snapshot.destroy();
  return { kind: 'stopped', checkpoint: at };
}

function rowsOf(counts: { readonly processed: number; readonly skipped: number }): number {
  return counts.processed + counts.skipped;
}

/**
 * Strategy `changes`: reads only rows whose version is newer than the mark. One scan counts all rows and the changed
 * ones. The changed ones, if any, are then read in key order. The counts show whether rows were deleted at the source.
 *
 * @param snapshot open; this function closes it
 */
export async function runChanges(
  context: PassContext,
  snapshot: Snapshot,
  rows: ChangedRows,
  start: Checkpoint,
): Promise<PassEnd> {
  const counted = await snapshot.count(rows);
  if (counted.changed === 0 && !start.resumed) return nothingChanged(context, snapshot, counted.rows, start);
  const plan = { strategy: Strategy.Changes, rows, removes: 'counts', sourceRows: counted.rows } as const;
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
    // Others may have removed rows at central, so the summed count is used only for a time and then counted again.
    centralRows: start.counted && !context.target.unlogged ? start.centralRows : null,
    passMark: snapshot.mark,
    sourceSnapshotAt: start.sourceSnapshotAt ?? snapshot.takenAt,
  };
  const proved = await endProved(context, at, sourceRows);
  const surplus = proved.kind === 'deletes_held' && !context.constraints.holdDeletes;
  // `endProved` has asked for a catch-up pass, in case this run ends before it removes the orphan rows.
  const end = surplus ? await removeOrphanRows(context, snapshot, proved.checkpoint, endOfDeletes) : proved;
  context.onCommit(end.checkpoint);
  await snapshot.close();
  return end;
}
