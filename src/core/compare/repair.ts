import { inBuckets } from '../digest/buckets.ts';
import { removeWithBrake, withRemoved } from '../load/deleteBrake.ts';
import type { PassContext } from '../load/pass.ts';
import { commitNoting, RewriteWatch } from '../load/rewrites.ts';
import type { Snapshot } from '../source/port.ts';
import {
  applyStaged,
  beginWithStage,
  copyInto,
  countUnequal,
  countUnstaged,
  createStage,
  dropStage,
  type KeyRange,
  removeUnstaged,
  stageTable,
} from '../target/apply.ts';
import { type Checkpoint, NO_COUNTS, type PassCounts } from '../target/checkpoint.ts';
import { beginCentral } from '../target/setup.ts';
import type { Comparison } from './compareTable.ts';
import { removeOrphanRowsIn } from './orphanKeys.ts';
import { groups } from './rowDifferences.ts';
import { stageRows } from './stageRows.ts';

/** Rows, of both databases together, to repair in one transaction: about a chunk on a slow link. */
const ROWS_A_REPAIR = 20_000;

/** What a repair did. */
export interface Repair {
  readonly checkpoint: Checkpoint;
  /** Counts of this repair only. */
  readonly counts: PassCounts;
  /** Number of rows that central has not stored as sent. */
  readonly unproven: number;
  /** False where the repair was stopped before the last bucket. */
  readonly whole: boolean;
}

type Advance = (from: Checkpoint, step: PassCounts) => Checkpoint;

/**
 * Repairs only the buckets that differ: stages their source rows, writes the rows that differ, and removes orphan rows
 * if deletes are on.
 *
 * Each transaction repairs a few buckets and moves the table's checkpoint, as a chunk does. If one transaction is not
 * enough, the deletes come in a last one, so that all of them are counted before the first row is removed.
 *
 * @param snapshot open snapshot of the source; the comparison may have used an earlier one
 * @param at the table's checkpoint, acquired by the caller
 * @param advance adds a step's counts to the checkpoint; the default adds them up
 * @throws SyncFailure `too_many_deletes`, `lost_lease`, or from either database
 */
export async function repairBuckets(
  context: PassContext,
  snapshot: Snapshot,
  found: Comparison,
  at: Checkpoint,
  advance: Advance = addCounts,
): Promise<Repair> {
  const most = context.constraints.whole
    ? Number.POSITIVE_INFINITY
    : Math.min(ROWS_A_REPAIR, 2 * context.limits.chunkRows);
  const all = groups(found.differing, most);
  const checkpoint: Checkpoint = { ...at, removedOf: at.removedOf ?? at.centralRows };
  let repair: Repair = { checkpoint, counts: NO_COUNTS, unproven: 0, whole: true };
  const surplus: number[] = [];
  for (const buckets of all) {
    if (context.stop.aborted) return { ...repair, whole: false };
    const how = { advance, removes: all.length === 1 };
    const step = await repairGroup(context, snapshot, found, buckets, repair.checkpoint, how);
    if (step === null) return { ...repair, whole: false };
    if (step.extra > 0) surplus.push(...buckets);
    repair = {
      checkpoint: step.checkpoint,
      counts: sum(repair.counts, step.counts),
      unproven: repair.unproven + step.unproven,
      whole: true,
    };
    context.onCommit(repair.checkpoint);
  }
  return surplus.length === 0 ? repair : removeSurplus(context, snapshot, found, surplus, repair, advance);
}

/** Result of repairing a group of buckets. */
interface RepairedGroup {
  readonly checkpoint: Checkpoint;
  readonly counts: PassCounts;
  readonly unproven: number;
  /** Number of orphan rows that are still to be removed. */
  readonly extra: number;
}

async function repairGroup(
  context: PassContext,
  snapshot: Snapshot,
  { bucketing }: Comparison,
  buckets: readonly number[],
  at: Checkpoint,
  { advance, removes }: { readonly advance: Advance; readonly removes: boolean },
): Promise<RepairedGroup | null> {
  const { target, connection, deletes } = context;
  const { session } = await context.links.central();
  const stage = stageTable(connection, target.name);
  const begin = beginWithStage(beginCentral(session, connection), createStage(target, stage));
  const load = await stageRows(context, snapshot, session, [...begin, copyInto(target, stage)], {
    target,
    rows: { kind: 'buckets', bucketing, buckets },
  });
  if (load === null) return null;
  const all = { after: null, upTo: null };
  const within: KeyRange = { ...all, where: inBuckets(bucketing, buckets, 'central') ?? 'true' };
  // A range uses the key's index. A condition on a hash needs a scan, so there the staged keys alone find the rows.
  const near = bucketing.kind === 'ranges' ? within : all;
  const query = async (text: string) => (await session.query(text, [], session.workMs)).rows[0];
  const watch = new RewriteWatch(context, session);
  await watch.begin();
  const applied = await query(
    applyStaged(target, stage, connection, near, { insertsOnly: context.constraints.insertsOnly }),
  );
  const changed = Number(applied?.changed);
  const remove = (most: number | null): string => removeUnstaged(target, stage, connection, within, most);
  const removed = deletes && removes ? await removeWithBrake(context, session, at, remove) : 0;
  const count = countUnstaged(target, stage, connection, within);
  const extra = deletes && !removes ? Number((await query(count))?.extra) : 0;
  const unequal = target.rereads
    ? (await session.script(countUnequal(target, stage, connection, near), session.workMs)).at(-1)
    : undefined;
  const rewritten = await watch.end({ written: changed, deleted: removed });
  const unproven = Number(unequal?.rows[0]?.unequal ?? 0);
  const counts: PassCounts = {
    processed: changed,
    skipped: Math.max(0, load.rows - changed - unproven),
    deleted: removed,
    bytes: load.bytes,
  };
  const next: Checkpoint = {
    ...at,
    ...countsOf(advance(at, counts)),
    seq: at.seq + 1,
    // There may be rows after the last key now.
    direct: false,
    removed: withRemoved(context, at, removed).removed,
    centralRows:
      at.centralRows === null || target.partitioned
        ? null
        : at.centralRows + Number(applied?.inserted) - removed,
  };
  await commitNoting(context, session, at, next, rewritten, dropStage(stage));
  return { checkpoint: next, counts, unproven, extra };
}

/** Removes the orphan rows of the repaired buckets in one transaction. */
async function removeSurplus(
  context: PassContext,
  snapshot: Snapshot,
  { bucketing }: Comparison,
  buckets: readonly number[],
  repair: Repair,
  advance: Advance,
): Promise<Repair> {
  const at = repair.checkpoint;
  let counts = repair.counts;
  const next = await removeOrphanRowsIn(context, snapshot, { bucketing, buckets }, at, (whole, deleted) => {
    const step = { ...NO_COUNTS, deleted, bytes: whole.bytes - at.bytes };
    counts = sum(repair.counts, step);
    return { ...whole, ...countsOf(advance(at, step)) };
  });
  if (next === null) return { ...repair, whole: false };
  context.onCommit(next);
  return { ...repair, checkpoint: next, counts };
}

function addCounts(from: Checkpoint, step: PassCounts): Checkpoint {
  return { ...from, ...sum(from, step) };
}

function countsOf({ processed, skipped, deleted, bytes }: PassCounts): PassCounts {
  return { processed, skipped, deleted, bytes };
}

function sum(a: PassCounts, b: PassCounts): PassCounts {
  return {
    processed: a.processed + b.processed,
    skipped: a.skipped + b.skipped,
    deleted: a.deleted + b.deleted,
    bytes: a.bytes + b.bytes,
  };
}
