import { type Checkpoint, commitCheckpoint } from '../central/checkpoint.ts';
import { beginCentral } from '../central/transaction.ts';
import { findStrays, removeStraysIn } from '../compare/strays.ts';
import type { Snapshot } from '../source/snapshot.ts';
import { endOfPass } from './endOfPass.ts';
import type { PassContext } from './pass.ts';

/**
 * Ends a pass after which central may still hold rows that the source no longer has: finds out by digests
 * of keys where, sends only the keys of those places, and removes exactly what is not among them.
 *
 * @param snapshot the one in which the pass has ended
 * @returns the end of the pass, or `at` where the run was stopped before
 */
export async function removeStrays(
  context: PassContext,
  snapshot: Snapshot,
  at: Checkpoint,
): Promise<Checkpoint> {
  try {
    const strays = await findStrays(context, snapshot);
    if (strays.buckets.length === 0) return await endHere(context, at);
    return (await removeStraysIn(context, snapshot, strays, at, endOfPass)) ?? at;
  } catch (error) {
    if (context.stop.aborted) return at;
    throw error;
  }
}

/** Ends a pass whose rows are all there. */
export async function endHere(context: PassContext, at: Checkpoint): Promise<Checkpoint> {
  const { session, version } = await context.links.central();
  const end: Checkpoint = { ...endOfPass(at), seq: at.seq + 1 };
  await session.script(beginCentral(session, version, context.connection));
  await commitCheckpoint(session, at, end);
  return end;
}
