import { type Checkpoint, commitCheckpoint } from '../central/checkpoint.ts';
import { beginCentral } from '../central/transaction.ts';
import { findStrays, removeStraysIn } from '../compare/strays.ts';
import type { Snapshot } from '../source/snapshot.ts';
import { countsDiffer } from './deletes.ts';
import { endOfPass, toCatchUp } from './endOfPass.ts';
import type { PassContext } from './pass.ts';

/**
 * Ends a pass after which central may still hold rows that the source no longer has: finds out by digests
 * of keys where, sends only the keys of those places, and removes exactly what is not among them.
 *
 * @param snapshot the one in which the pass has ended
 * @param ended what becomes of the checkpoint
 * @returns the end of the pass, or `at` where the run was stopped before
 */
export async function removeStrays(
  context: PassContext,
  snapshot: Snapshot,
  at: Checkpoint,
  ended: (at: Checkpoint) => Checkpoint = endOfPass,
): Promise<Checkpoint> {
  try {
    const strays = await findStrays(context, snapshot);
    // What was counted up may have gone wrong: rows that a foreign key's cascade took were nobody's to count.
    const counted = { ...at, centralRows: strays.centralRows };
    if (strays.buckets.length === 0) return await endHere(context, counted, ended);
    return (await removeStraysIn(context, snapshot, strays, counted, ended)) ?? at;
  } catch (error) {
    if (context.stop.aborted) return at;
    throw error;
  }
}

/**
 * Removes, before a pass goes on, what the source no longer has: a row that it has removed may have a unique value
 * that another row has by now.
 *
 * @returns the checkpoint as it is then; null where the run was stopped before
 */
export async function removeStraysFirst(
  context: PassContext,
  snapshot: Snapshot,
  at: Checkpoint,
): Promise<Checkpoint | null> {
  const first = await removeStrays(context, snapshot, at, (same) => same);
  return context.stop.aborted ? null : first;
}

/** Ends a pass all of whose rows have come, and tells by the counts whether deletes are left. */
export async function endHeld(context: PassContext, at: Checkpoint, sourceRows: number): Promise<Checkpoint> {
  const { session } = await context.links.central();
  await session.script(beginCentral(session, context.connection));
  const left = await countsDiffer(context, session, at, sourceRows);
  const end: Checkpoint = { ...(left ? toCatchUp(at) : endOfPass(at)), seq: at.seq + 1 };
  await commitCheckpoint(session, at, end);
  return end;
}

/** Ends a pass whose rows are all there. */
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
