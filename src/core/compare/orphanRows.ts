import { assertNever } from '../../shared/status.ts';
import type { PassContext, PassEnd } from '../load/pass.ts';
import { endOfPass, prove, toCompare, toDeletes } from '../load/proof.ts';
import type { Snapshot } from '../source/port.ts';
import { type Checkpoint, commitCheckpoint } from '../target/checkpoint.ts';
import { beginCentral } from '../target/setup.ts';
import { findOrphanRows, removeOrphanRowsIn } from './orphanKeys.ts';

/**
 * Ends a pass after which central may still have orphan rows. Finds the buckets with orphan rows by digests of keys,
 * sends only the keys of these buckets, and removes central's rows whose keys are not among them.
 *
 * @param snapshot the one in which the pass has ended
 * @param ended makes the final checkpoint
 */
export async function removeOrphanRows(
  context: PassContext,
  snapshot: Snapshot,
  at: Checkpoint,
  ended: (at: Checkpoint) => Checkpoint = endOfPass,
): Promise<PassEnd> {
  let missing = 0;
  const next = await removeExtra(context, snapshot, at, (rows, lacks) => {
    missing = lacks;
    return lacks > 0 ? toCompare(rows) : ended(rows);
  });
  if (next === null) return { kind: 'stopped', checkpoint: at };
  if (missing > 0) return { kind: 'lacking', checkpoint: next, missing, unproven: 0 };
  return { kind: 'done', checkpoint: next };
}

/**
 * Removes orphan rows before a pass writes: a row deleted at the source may have had a unique value that another row has
 * taken since.
 *
 * @returns the new checkpoint; null where the run was stopped before
 */
export async function removeOrphanRowsFirst(
  context: PassContext,
  snapshot: Snapshot,
  at: Checkpoint,
): Promise<Checkpoint | null> {
  return removeExtra(context, snapshot, at, (same) => same);
}

/**
 * Finds and removes orphan rows.
 *
 * @param next makes the final checkpoint; `missing` is the number of source rows that central lacks
 * @returns null where the run was stopped before
 */
async function removeExtra(
  context: PassContext,
  snapshot: Snapshot,
  at: Checkpoint,
  next: (at: Checkpoint, missing: number) => Checkpoint,
): Promise<Checkpoint | null> {
  try {
    const orphanRows = await findOrphanRows(context, snapshot);
    const { sourceRows, centralRows } = orphanRows;
    // The summed count may be wrong, since it misses rows that a foreign key's cascade removed. This count is exact.
    const counted = { ...at, centralRows, counted: true, removedOf: at.removedOf ?? centralRows };
    const advance = (rows: Checkpoint, removed: number): Checkpoint =>
      next(rows, Math.max(0, sourceRows - (centralRows - removed)));
    if (orphanRows.buckets.length === 0) return await endHere(context, counted, (rows) => advance(rows, 0));
    return await removeOrphanRowsIn(context, snapshot, orphanRows, counted, advance);
  } catch (error) {
    if (context.stop.aborted) return null;
    throw error;
  }
}

/** Ends a pass that has sent all its rows, according to what the counts of both databases prove. */
export async function endProved(context: PassContext, at: Checkpoint, sourceRows: number): Promise<PassEnd> {
  const { session } = await context.links.central();
  await session.script(beginCentral(session, context.connection));
  const proof = await prove(context, session, at, sourceRows);
  const { missing, checkpoint: counted } = proof;
  const { unproven } = counted;
  const commit = async (to: Checkpoint): Promise<Checkpoint> => {
    const next = { ...to, seq: at.seq + 1 };
    await commitCheckpoint(session, at, next);
    return next;
  };
  switch (proof.verdict) {
    case 'equal':
      return { kind: 'done', checkpoint: await commit(endOfPass(counted)) };
    case 'lacking':
      return { kind: 'lacking', checkpoint: await commit(toCompare(counted)), missing, unproven };
    case 'surplus':
      return { kind: 'deletes_held', checkpoint: await commit(toDeletes(counted)) };
    default:
      return assertNever(proof.verdict);
  }
}

/** Ends a pass whose rows are all at central. */
export async function endHere(
  context: PassContext,
  at: Checkpoint,
  ended: (at: Checkpoint) => Checkpoint = endOfPass,
): Promise<Checkpoint> {
  const { session } = await context.links.central();
  const end: Checkpoint = { ...ended(at), seq: at.seq + 1 };
  await session.script(beginCentral(session, context.connection));
  await commitCheckpoint(session, at, end);
  return end;
}
