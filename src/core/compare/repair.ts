import {
  applyStaged,
  beginWithStage,
  copyInto,
  createStage,
  deleteUnstaged,
  dropStage,
  stageTable,
} from '../central/apply.ts';
import { type Checkpoint, commitCheckpoint, NO_COUNTS, type PassCounts } from '../central/checkpoint.ts';
import { beginCentral } from '../central/transaction.ts';
import type { Session } from '../postgres/session.ts';
import { copyRows, type Snapshot } from '../source/snapshot.ts';
import { fillChunk, NO_LIMITS } from '../sync/chunk.ts';
import { brake } from '../sync/deletes.ts';
import type { PassContext } from '../sync/pass.ts';
import type { Comparison } from './compareTable.ts';
import { inBuckets } from './cut.ts';
import { groups } from './rows.ts';

/** Rows of both sides that one transaction mends: about a chunk on a slow link. */
const ROWS_A_REPAIR = 20_000;

/** What a repair did. */
export interface Repair {
  readonly checkpoint: Checkpoint;
  /** Of this repair alone. */
  readonly counts: PassCounts;
  /** False where it was stopped with buckets left. */
  readonly whole: boolean;
}

/**
 * Brings the buckets that differ to what the source has now, and nothing else: their rows are read and
 * staged, those that differ are written, and those that the source does not have go, where deletes are on.
 * A few buckets at a time are one transaction, which moves the table's checkpoint like any chunk.
 *
 * @param snapshot of the source, open; the comparison may have been made in an earlier one
 * @param at where the table stands, acquired by the caller
 * @param advance what becomes of the checkpoint with the counts so far; by default they are added to it
 * @throws SyncFailure `too_many_deletes`, `lost_lease`, and as the databases do
 */
export async function repairBuckets(
  context: PassContext,
  snapshot: Snapshot,
  found: Comparison,
  at: Checkpoint,
  advance: (from: Checkpoint, step: PassCounts) => Checkpoint = addCounts,
): Promise<Repair> {
  const most = Math.min(ROWS_A_REPAIR, 2 * context.limits.chunkRows);
  let checkpoint = at;
  let counts = NO_COUNTS;
  for (const buckets of groups(found.differing, most)) {
    if (context.stop.aborted) return { checkpoint, counts, whole: false };
    const step = await mend(context, snapshot, found, buckets, checkpoint, counts, advance);
    if (step === null) return { checkpoint, counts, whole: false };
    checkpoint = step.checkpoint;
    counts = sum(counts, step.counts);
    context.onCommit(checkpoint);
  }
  return { checkpoint, counts, whole: true };
}

async function mend(
  context: PassContext,
  snapshot: Snapshot,
  { cut }: Comparison,
  buckets: readonly number[],
  at: Checkpoint,
  before: PassCounts,
  advance: (from: Checkpoint, step: PassCounts) => Checkpoint,
): Promise<{ readonly checkpoint: Checkpoint; readonly counts: PassCounts } | null> {
  const { target, connection, deletes } = context;
  const { session } = await context.links.central();
  const stage = stageTable(connection, target.name);
  const begin = beginWithStage(beginCentral(session, connection), createStage(target, stage));
  const load = await stageRows(context, snapshot, session, `${begin}; ${copyInto(target, stage)}`, {
    target,
    where: inBuckets(cut, buckets, 'source'),
  });
  if (load === null) return null;
  // Looking into ranges takes the key's index; into buckets by hash a scan, and the staged keys find their rows by index.
  const within = inBuckets(cut, buckets, 'central') ?? 'true';
  const joined = cut.kind === 'ranges' ? { where: within } : {};
  const all = { after: null, upTo: null };
  const applied = await session.query(
    applyStaged(target, stage, connection, { ...all, ...joined }),
    [],
    session.workMs,
  );
  const changed = Number(applied.rows[0]?.changed);
  const removed = deletes
    ? (
        await session.query(
          deleteUnstaged(target, stage, connection, { ...all, where: within }),
          [],
          session.workMs,
        )
      ).rowCount
    : 0;
  await brake(context, session, { ...at, deleted: before.deleted }, removed);
  const counts: PassCounts = {
    processed: changed,
    skipped: load.rows - changed,
    deleted: removed,
    bytes: load.bytes,
  };
  const grown = target.partitioned ? null : Number(applied.rows[0]?.inserted) - removed;
  const next: Checkpoint = {
    ...advance(at, counts),
    seq: at.seq + 1,
    // Rows behind the last key may be there by now.
    direct: false,
    centralRows: at.centralRows === null || grown === null ? null : at.centralRows + grown,
  };
  await commitCheckpoint(session, at, next, dropStage(stage));
  return { checkpoint: next, counts };
}

/**
 * Stages all rows of the source that a condition holds for, in the transaction that `begin` opens.
 *
 * @returns null where the run was stopped before all had come: what has not come is not gone
 */
export async function stageRows(
  context: PassContext,
  { session: source }: Snapshot,
  central: Session,
  begin: string,
  what: { readonly target: PassContext['target']; readonly where: string | null },
): Promise<{ readonly rows: number; readonly bytes: number } | null> {
  const { target } = what;
  const rows = source.copyOut(
    copyRows(context.source, target, { after: null, where: what.where }),
    target.format,
    target.columns.length,
  );
  const copy = await central.copyIn(begin, target.format);
  const load = await fillChunk({ ...context, target, limits: NO_LIMITS }, source, rows, central, copy);
  if (load.cutShort !== null) throw load.cutShort;
  if (!rows.exhausted) {
    central.destroy();
    source.destroy();
    return null;
  }
  await central.guard(copy.end(), central.workMs);
  return load;
}

function addCounts(from: Checkpoint, step: PassCounts): Checkpoint {
  return { ...from, ...sum(from, step) };
}

function sum(a: PassCounts, b: PassCounts): PassCounts {
  return {
    processed: a.processed + b.processed,
    skipped: a.skipped + b.skipped,
    deleted: a.deleted + b.deleted,
    bytes: a.bytes + b.bytes,
  };
}
