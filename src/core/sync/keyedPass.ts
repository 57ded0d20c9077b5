import type { SyncFailure } from '../../shared/errors.ts';
import type { Strategy } from '../../shared/status.ts';
import {
  applyStaged,
  beginWithStage,
  copyInto,
  createStage,
  deleteRange,
  dropStage,
  emptyStage,
  type KeyRange,
  stageTable,
  table,
} from '../central/apply.ts';
import { type Checkpoint, commitCheckpoint } from '../central/checkpoint.ts';
import { beginCentral } from '../central/transaction.ts';
import type { CopyOut } from '../postgres/copyOut.ts';
import type { Session } from '../postgres/session.ts';
import { closeSnapshot, copyRows, markOf, type Snapshot } from '../source/snapshot.ts';
import { fillChunk } from './chunk.ts';
import { brake, countsDiffer, removeUnstaged } from './deletes.ts';
import { endOfPass, toCatchUp } from './endOfPass.ts';
import type { PassContext, PassEnd } from './pass.ts';
import { removeStrays } from './strays.ts';

/** What a keyed pass reads, and how it finds rows that the source no longer has. */
export interface KeyedPlan {
  readonly strategy: Strategy;
  /** Which rows are read; all where null. */
  readonly where: string | null;
  /**
   * `ranges`: every row of a chunk's key range was staged, so what is not staged is gone. `counts`: only
   * some rows are read; afterwards equal counts prove that nothing is gone. `none`: nothing can be said.
   */
  readonly removes: 'ranges' | 'counts' | 'none';
  /** Rows of the table in the snapshot, for the proof; null where they were not counted. */
  readonly sourceRows: number | null;
}

/**
 * A pass over a table with a key: its rows as one stream in key order, cut into chunks; each chunk is one
 * central transaction that ends with the checkpoint. Goes on behind `start.lastKey`.
 *
 * The source's transaction is closed after `maxSnapshotMinutes` at a chunk border; the pass then ends as
 * `reopen`, to go on under a new snapshot just as after an interruption.
 *
 * @param snapshot open, and closed here
 */
export async function runKeyedPass(
  context: PassContext,
  snapshot: Snapshot,
  plan: KeyedPlan,
  start: Checkpoint,
): Promise<PassEnd> {
  const { clock, limits, stop, source, target } = context;
  const { session } = snapshot;
  const deadline = clock.monotonic() + limits.maxSnapshotMinutes * 60_000;
  // Few rows in key order: sorting them is cheap, walking the whole table by its index is not.
  if (plan.where !== null) await session.query('SET LOCAL enable_sort = on');
  const filter = { after: start.lastKey?.values ?? null, where: plan.where };
  const text = copyRows(source, target, filter);
  const rows = session.copyOut(text, target.format, target.columns.length);
  const chunks = new Chunks(context, snapshot, plan, rows);
  let at: Checkpoint = {
    ...start,
    passMark: start.passMark ?? markOf(snapshot),
    sourceSnapshotAt: start.sourceSnapshotAt ?? snapshot.takenAt,
  };
  try {
    for (;;) {
      await session.guard(rows.ready(Number.POSITIVE_INFINITY, stop));
      if (stop.aborted) return { kind: 'stopped', checkpoint: at };
      at = await chunks.next(at);
      if (chunks.abandoned) {
        if (chunks.cutShort !== null) throw chunks.cutShort;
        return { kind: 'stopped', checkpoint: at };
      }
      context.onCommit(at);
      if (at.state === 'done') return { kind: 'done', checkpoint: at };
      if (chunks.ended) return { kind: chunks.deletesHeld ? 'deletes_held' : 'catch_up', checkpoint: at };
      if (stop.aborted) return { kind: 'stopped', checkpoint: at };
      if (chunks.cutShort !== null) throw chunks.cutShort;
      if (clock.monotonic() > deadline && !rows.exhausted) {
        return { kind: 'reopen', checkpoint: { ...at, resumed: true } };
      }
    }
  } finally {
    // A COPY cannot be ended politely before its end.
    if (rows.exhausted) await closeSnapshot(snapshot);
    else session.destroy();
  }
}

/** Applies one chunk after the other from an open stream of rows. */
class Chunks {
  readonly #context: PassContext;
  readonly #snapshot: Snapshot;
  readonly #plan: KeyedPlan;
  readonly #rows: CopyOut;
  readonly #stage: string;
  #staged = false;
  /** Why the source's stream ended early; the chunk before was still applied. */
  cutShort: SyncFailure | null = null;
  /** The source has no more rows, and all are applied. */
  ended = false;
  /** Central may have rows that the source has removed, and they have to wait. */
  deletesHeld = false;
  /** A chunk that cannot be applied in part was cut short or stopped: nothing of it was. */
  abandoned = false;
  /** Rows that this pass has read since it began here. */
  #read = 0;

  constructor(context: PassContext, snapshot: Snapshot, plan: KeyedPlan, rows: CopyOut) {
    this.#context = context;
    this.#snapshot = snapshot;
    this.#plan = plan;
    this.#rows = rows;
    this.#stage = stageTable(context.connection, context.target.name);
  }

  /** Applies the next chunk; the one after which the source has no more ends the pass. */
  async next(at: Checkpoint): Promise<Checkpoint> {
    const { links, connection } = this.#context;
    const { session } = await links.central();
    const begin = beginCentral(session, connection);
    if (this.#rows.exhausted) {
      await session.script(begin);
      return this.#finish(session, at, at, false);
    }
    return at.direct ? this.#direct(session, begin, at) : this.#throughStage(session, begin, at);
  }

  /** The table has no row of ours behind the last key: rows need not be compared. */
  async #direct(session: Session, begin: string, at: Checkpoint): Promise<Checkpoint> {
    const { target } = this.#context;
    const copy = await session.copyIn(`${begin}; ${copyInto(target, table(target))}`, target.format);
    const load = await fillChunk(this.#context, this.#snapshot.session, this.#rows, session, copy);
    this.cutShort = load.cutShort;
    await session.guard(copy.end(), session.workMs);
    return this.#commit(
      session,
      at,
      {
        ...at,
        lastKey: load.lastKey ?? at.lastKey,
        processed: at.processed + load.rows,
        bytes: at.bytes + load.bytes,
        centralRows: add(at.centralRows, load.rows),
      },
      true,
    );
  }

  async #throughStage(session: Session, begin: string, at: Checkpoint): Promise<Checkpoint> {
    const { target, connection } = this.#context;
    const ready = this.#staged ? emptyStage(this.#stage) : createStage(target, this.#stage);
    // A table just loaded has no statistics: without this each chunk would read all of it.
    const index = 'SET LOCAL enable_seqscan = off';
    const copy = await session.copyIn(
      `${beginWithStage(begin, ready)}; ${index}; ${copyInto(target, this.#stage)}`,
      target.format,
    );
    const load = await fillChunk(this.#context, this.#snapshot.session, this.#rows, session, copy);
    this.cutShort = load.cutShort;
    await session.guard(copy.end(), session.workMs);
    const last = this.#rows.exhausted;
    if (this.#context.care.whole && !last) {
      session.destroy();
      this.abandoned = true;
      return at;
    }
    this.#read += load.rows;
    const upTo = last ? null : (load.lastKey ?? at.lastKey);
    const range: KeyRange = { after: at.lastKey?.values ?? null, upTo: upTo?.values ?? null };
    const removes = this.#removesRanges() && (load.rows > 0 || last);
    const { moves } = this.#context.care;
    const applied = await session.query(
      applyStaged(target, this.#stage, connection, range, { countsRange: removes, moves }),
      [],
      session.workMs,
    );
    const changed = Number(applied.rows[0]?.changed);
    const moved = Number(applied.rows[0]?.moved ?? 0);
    const inserted = target.partitioned ? null : Number(applied.rows[0]?.inserted) - moved;
    // Every staged key is there now, so as many rows as were staged are exactly those.
    const extra = removes && (inserted === null || Number(applied.rows[0]?.before) + inserted !== load.rows);
    const removed = extra ? await removeUnstaged(this.#context, session, this.#stage, range, at) : 0;
    const next = await this.#commit(
      session,
      at,
      {
        ...at,
        lastKey: load.lastKey ?? at.lastKey,
        processed: at.processed + changed,
        skipped: at.skipped + load.rows - changed,
        deleted: at.deleted + removed,
        bytes: at.bytes + load.bytes,
        centralRows: add(at.centralRows, inserted === null ? null : inserted - removed),
      },
      last,
    );
    this.#staged = true;
    return next;
  }

  #removesRanges(): boolean {
    const { deletes, target, care } = this.#context;
    return deletes && !care.holdDeletes && this.#plan.removes === 'ranges' && target.sameOrder;
  }

  /**
   * @param tailDone whether nothing can be left at central behind the chunk; that was decided before the chunk
   *   was applied, and the source's end may have come only meanwhile
   */
  async #commit(session: Session, from: Checkpoint, to: Checkpoint, tailDone: boolean): Promise<Checkpoint> {
    if (this.#rows.exhausted) return this.#finish(session, from, to, tailDone);
    const next: Checkpoint = { ...to, seq: from.seq + 1 };
    await commitCheckpoint(session, from, next);
    return next;
  }

  /**
   * Ends the pass in the transaction that is open: nothing lies behind the last key any more.
   *
   * @param tailDone whether rows behind the last key were removed with the chunk
   */
  async #finish(session: Session, from: Checkpoint, to: Checkpoint, tailDone: boolean): Promise<Checkpoint> {
    const removed =
      from.direct || tailDone || !this.#removesRanges() ? 0 : await this.#removeTail(session, to);
    const whole: Checkpoint = {
      ...to,
      seq: from.seq + 1,
      direct: false,
      deleted: to.deleted + removed,
      centralRows: add(to.centralRows, -removed),
    };
    this.ended = true;
    const drop = from.direct ? null : dropStage(this.#stage);
    // A cursor's next pass reads what is newer than the first snapshot in any case.
    if (whole.resumed && this.#plan.removes !== 'none' && whole.passMark?.fingerprint != null) {
      const next = toCatchUp(whole);
      await commitCheckpoint(session, from, next, drop);
      return next;
    }
    const proven = from.direct || !(await this.#mayHaveStrays(session, whole));
    this.deletesHeld = !proven && this.#context.care.holdDeletes;
    const next: Checkpoint = proven ? endOfPass(whole) : this.deletesHeld ? toCatchUp(whole) : whole;
    await commitCheckpoint(session, from, next, drop);
    return proven || this.deletesHeld ? next : removeStrays(this.#context, this.#snapshot, next);
  }

  async #mayHaveStrays(session: Session, at: Checkpoint): Promise<boolean> {
    const { deletes, target, care } = this.#context;
    if (this.#plan.removes === 'none') return false;
    if (this.#plan.removes === 'ranges') {
      // Every row was read, and in one snapshot: else a catch-up pass would follow.
      if (care.holdDeletes) return countsDiffer(this.#context, session, at, this.#read);
      return deletes && !target.sameOrder;
    }
    return countsDiffer(this.#context, session, at, this.#plan.sourceRows);
  }

  /** @param at with the last key applied, the open transaction's included */
  async #removeTail(session: Session, at: Checkpoint): Promise<number> {
    const { target, connection } = this.#context;
    const tail = deleteRange(target, connection, { after: at.lastKey?.values ?? null, upTo: null });
    const removed = (await session.query(tail, [], session.workMs)).rowCount;
    await brake(this.#context, session, at, removed);
    return removed;
  }
}

function add(count: number | null, more: number | null): number | null {
  return count === null || more === null ? null : count + more;
}
