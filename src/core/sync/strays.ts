import { copyInto, createStage, dropStage, stageTable } from '../central/apply.ts';
import { type Checkpoint, commitCheckpoint } from '../central/checkpoint.ts';
import type { Target } from '../central/target.ts';
import { beginCentral } from '../central/transaction.ts';
import type { Session } from '../postgres/session.ts';
import { copyRows } from '../source/snapshot.ts';
import { fillChunk, NO_LIMITS } from './chunk.ts';
import { removeUnstaged } from './deletes.ts';
import { endOfPass } from './endOfPass.ts';
import type { PassContext } from './pass.ts';

/**
 * Ends a pass over a table whose key the two servers may sort differently (text under a collation): key
 * ranges then mean different rows on each side, so nothing could be removed chunk by chunk. All keys,
 * and only they, are sent once more, and what is not among them goes, in one transaction.
 *
 * @param source in the snapshot in which the pass has ended
 */
export async function removeStrays(
  context: PassContext,
  source: Session,
  at: Checkpoint,
): Promise<Checkpoint> {
  const { links, connection, target } = context;
  const { session, version } = await links.central();
  const keys: Target = { ...target, columns: target.key ?? [] };
  const stage = stageTable(connection, target.name);
  const rows = source.copyOut(
    copyRows(context.source.schema, keys, { after: null, where: null }),
    keys.format,
    keys.columns.length,
  );
  const begin = `${beginCentral(version, connection)}; ${createStage(keys, stage)}; ${copyInto(keys, stage)}`;
  const copy = await session.copyIn(begin, keys.format);
  const load = await fillChunk({ ...context, target: keys, limits: NO_LIMITS }, source, rows, session, copy);
  if (load.cutShort !== null) throw load.cutShort;
  if (!rows.exhausted) {
    // Stopped: keys that have not come are not keys that are gone.
    session.destroy();
    source.destroy();
    return at;
  }
  await session.guard(copy.end(), session.workMs);
  const removed = await removeUnstaged(context, session, stage, { after: null, upTo: null }, at);
  const done: Checkpoint = {
    ...endOfPass(at),
    seq: at.seq + 1,
    deleted: at.deleted + removed,
    centralRows: at.centralRows === null ? null : at.centralRows - removed,
  };
  await commitCheckpoint(session, at, done, dropStage(stage));
  return done;
}
