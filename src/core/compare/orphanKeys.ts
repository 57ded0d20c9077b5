import { type Bucketing, inBuckets } from '../digest/buckets.ts';
import { removeWithBrake, withRemoved } from '../load/deleteBrake.ts';
import type { PassContext } from '../load/pass.ts';
import { commitNoting, RewriteWatch } from '../load/rewrites.ts';
import type { Snapshot } from '../source/port.ts';
import {
  beginWithStage,
  copyInto,
  createStage,
  dropStage,
  removeUnstaged,
  stageTable,
} from '../target/apply.ts';
import type { Checkpoint } from '../target/checkpoint.ts';
import { beginCentral } from '../target/setup.ts';
import type { Target } from '../target/target.ts';
import { openBuckets } from './bucketing.ts';
import { hashing } from './columns.ts';
import { refine } from './compareTable.ts';
import { differingBuckets, digestBoth, rowsOf } from './digests.ts';
import { withSnapshots } from './snapshots.ts';
import { stageRows } from './stageRows.ts';

/** The buckets in which the keys of source and central differ. */
export interface OrphanRows {
  readonly bucketing: Bucketing;
  readonly buckets: readonly number[];
  readonly sourceRows: number;
  readonly centralRows: number;
}

/**
 * Finds the buckets in which central has other keys than the source, by counts and digests of keys only.
 *
 * @param snapshot open snapshot of the source, which stays open; central's is taken now
 * @throws SyncFailure from either database; the reason of `context.stop` where the search was stopped
 */
export function findOrphanRows(context: PassContext, snapshot: Snapshot): Promise<OrphanRows> {
  return withSnapshots(context, snapshot, async (sides) => {
    const hashes = hashing(context.source, sides.shape, context.target, sides);
    if (hashes.key === null) throw new Error(`${context.target.name} has no key to find orphan rows by`);
    const opened = await openBuckets(context, sides, hashes);
    const digests = await digestBoth(sides, { bucketing: opened, hash: hashes.key, stop: context.stop });
    const fine = await refine(sides, opened, hashes.key, digests);
    return {
      bucketing: fine.bucketing,
      buckets: differingBuckets(fine.digests),
      sourceRows: rowsOf(digests.source),
      centralRows: rowsOf(digests.central),
    };
  });
}

/**
 * Removes central's orphan rows in the buckets that {@link findOrphanRows} found, in one transaction. Only the keys of
 * these buckets are sent.
 *
 * @param snapshot the one in which they were found
 * @param end makes the final checkpoint from the new one and the number of removed rows, for example to end the pass
 * @returns the new checkpoint; null where the run was stopped before all keys had arrived
 * @throws SyncFailure `too_many_deletes`, `lost_lease`
 */
export async function removeOrphanRowsIn(
  context: PassContext,
  snapshot: Snapshot,
  { bucketing, buckets }: Pick<OrphanRows, 'bucketing' | 'buckets'>,
  at: Checkpoint,
  end: (at: Checkpoint, removed: number) => Checkpoint = (same) => same,
): Promise<Checkpoint | null> {
  const { target, connection, links } = context;
  const { session } = await links.central();
  const keys: Target = { ...target, columns: target.key ?? [] };
  const stage = stageTable(connection, target.name);
  const begin = [
    ...beginWithStage(beginCentral(session, connection), createStage(keys, stage)),
    copyInto(keys, stage),
  ];
  const rows = { kind: 'buckets', bucketing, buckets } as const;
  const load = await stageRows(context, snapshot, session, begin, { target: keys, rows });
  if (load === null) return null;
  const within = inBuckets(bucketing, buckets, 'central') ?? 'true';
  const range = { after: null, upTo: null, where: within };
  const watch = new RewriteWatch(context, session);
  await watch.begin();
  const removed = await removeWithBrake(context, session, at, (most) =>
    removeUnstaged(target, stage, connection, range, most),
  );
  const rewritten = await watch.end({ written: 0, deleted: removed });
  const whole: Checkpoint = {
    ...at,
    ...withRemoved(context, at, removed),
    seq: at.seq + 1,
    bytes: at.bytes + load.bytes,
  };
  const next = end(whole, removed);
  await commitNoting(context, session, at, next, rewritten, dropStage(stage));
  return next;
}
