import type { SyncFailure } from '../../shared/errors.ts';
import {
  applyStaged,
  copyInto,
  createStage,
  deleteRange,
  dropStage,
  type KeyRange,
  stageTable,
  table,
} from '../central/apply.ts';
import { type Checkpoint, commitCheckpoint } from '../central/checkpoint.ts';
import { beginCentral } from '../central/transaction.ts';
import type { CopyOut } from '../postgres/copyOut.ts';
import type { Session } from '../postgres/session.ts';
import { beginSnapshot, copyRows } from '../source/snapshot.ts';
import { fillChunk } from './chunk.ts';
import { brake, removeUnstaged } from './deletes.ts';
import type { PassContext, PassEnd } from './pass.ts';
import { removeStrays } from './strays.ts';

/**
 * Strategy `full`: the whole table as one stream in key order, cut into chunks; each chunk is one
 * central transaction that ends with the checkpoint. Goes on behind `start.lastKey`.
 *
 * The source's transaction is closed after `maxSnapshotMinutes` at a chunk border and opened anew, just
 * as after an interruption.
 */
export async function runFull(context: PassContext, start: Checkpoint): Promise<PassEnd> {
  let at = start;
  for (;;) {
    const end = await readSnapshot(context, at);
    if (end.kind !== 'reopen') return { kind: end.kind, checkpoint: end.checkpoint };
    at = { ...end.checkpoint, resumed: true };
  }
}

interface SnapshotEnd {
  readonly kind: PassEnd['kind'] | 'reopen';
  readonly checkpoint: Checkpoint;
}

async function readSnapshot(context: PassContext, start: Checkpoint): Promise<SnapshotEnd> {
  const { clock, limits, stop, source, target } = context;
  const { session, version } = await context.links.source();
  const takenAt = await beginSnapshot(session, version);
  const deadline = clock.monotonic() + limits.maxSnapshotMinutes * 60_000;
  const rows = session.copyOut(
    copyRows(source.schema, target, start.lastKey),
    target.format,
    target.columns.length,
  );
  const chunks = new Chunks(context, session, rows);
  let at: Checkpoint = { ...start, sourceSnapshotAt: start.sourceSnapshotAt ?? takenAt };
  try {
    for (;;) {
      await session.guard(rows.ready(Number.POSITIVE_INFINITY, stop));
      if (stop.aborted) return { kind: 'stopped', checkpoint: at };
      at = await chunks.next(at);
      context.onCommit(at);
      if (at.state === 'done') return { kind: 'done', checkpoint: at };
      if (stop.aborted) return { kind: 'stopped', checkpoint: at };
      if (chunks.cutShort !== null) throw chunks.cutShort;
      if (clock.monotonic() > deadline && !rows.exhausted) return { kind: 'reopen', checkpoint: at };
    }
  } finally {
    // A COPY cannot be ended politely before its end.
    if (rows.exhausted) await session.query('COMMIT').catch(() => {});
    else session.destroy();
  }
}

/** Applies one chunk after the other from an open stream of rows. */
class Chunks {
  readonly #context: PassContext;
  readonly #source: Session;
  readonly #rows: CopyOut;
  readonly #stage: string;
  #staged = false;
  cutShort: SyncFailure | null = null;

  constructor(context: PassContext, source: Session, rows: CopyOut) {
    this.#context = context;
    this.#source = source;
    this.#rows = rows;
    this.#stage = stageTable(context.connection, context.target.name);
  }

  /** Applies the next chunk; the one after which the source has no more ends the pass. */
  async next(at: Checkpoint): Promise<Checkpoint> {
    const { links, connection } = this.#context;
    const { session, version } = await links.central();
    const begin = beginCentral(version, connection);
    if (this.#rows.exhausted) {
      await session.script(begin);
      return this.#finish(session, at, at);
    }
    return at.direct ? this.#direct(session, begin, at) : this.#throughStage(session, begin, at);
  }

  /** The table has no row of ours behind the last key: rows need not be compared. */
  async #direct(session: Session, begin: string, at: Checkpoint): Promise<Checkpoint> {
    const { target } = this.#context;
    const copy = await session.copyIn(`${begin}; ${copyInto(target, table(target))}`, target.format);
    const load = await fillChunk(this.#context, this.#source, this.#rows, session, copy);
    this.cutShort = load.cutShort;
    await session.guard(copy.end(), session.workMs);
    return this.#commit(session, at, {
      ...at,
      lastKey: load.lastKey ?? at.lastKey,
      processed: at.processed + load.rows,
      bytes: at.bytes + load.bytes,
      centralRows: at.centralRows === null ? null : at.centralRows + load.rows,
    });
  }

  async #throughStage(session: Session, begin: string, at: Checkpoint): Promise<Checkpoint> {
    const { target, connection, deletes } = this.#context;
    const ready = this.#staged ? `TRUNCATE ${this.#stage}` : createStage(target, this.#stage);
    const copy = await session.copyIn(`${begin}; ${ready}; ${copyInto(target, this.#stage)}`, target.format);
    const load = await fillChunk(this.#context, this.#source, this.#rows, session, copy);
    this.cutShort = load.cutShort;
    await session.guard(copy.end(), session.workMs);
    const last = this.#rows.exhausted;
    const range: KeyRange = { after: at.lastKey, upTo: last ? null : (load.lastKey ?? at.lastKey) };
    const applied = await session.query(
      applyStaged(target, this.#stage, connection, range),
      [],
      session.workMs,
    );
    const changed = Number(applied.rows[0]?.changed);
    const inserted = Number(applied.rows[0]?.inserted);
    const removes = deletes && target.sameOrder && (load.rows > 0 || last);
    const removed = removes ? await removeUnstaged(this.#context, session, this.#stage, range, at) : 0;
    const next = await this.#commit(session, at, {
      ...at,
      lastKey: load.lastKey ?? at.lastKey,
      processed: at.processed + changed,
      skipped: at.skipped + load.rows - changed,
      deleted: at.deleted + removed,
      bytes: at.bytes + load.bytes,
      centralRows: at.centralRows === null ? null : at.centralRows + inserted - removed,
    });
    this.#staged = true;
    return next;
  }

  async #commit(session: Session, from: Checkpoint, to: Checkpoint): Promise<Checkpoint> {
    if (this.#rows.exhausted) return this.#finish(session, from, to, true);
    const next: Checkpoint = { ...to, seq: from.seq + 1 };
    await commitCheckpoint(session, from, next);
    return next;
  }

  /**
   * Ends the pass in the transaction that is open: nothing lies behind the last key any more.
   *
   * @param tailDone whether rows behind the last key were removed with the chunk
   */
  async #finish(session: Session, from: Checkpoint, to: Checkpoint, tailDone = false): Promise<Checkpoint> {
    const { target, connection, deletes } = this.#context;
    const compares = deletes && !from.direct;
    let removed = 0;
    if (compares && target.sameOrder && !tailDone) {
      const tail = deleteRange(target, connection, { after: from.lastKey, upTo: null });
      removed = (await session.query(tail, [], session.workMs)).rowCount;
      await brake(this.#context, session, from, removed);
    }
    const done: Checkpoint = {
      ...to,
      seq: from.seq + 1,
      state: compares && !target.sameOrder ? 'running' : 'done',
      direct: false,
      deleted: to.deleted + removed,
      centralRows: to.centralRows === null ? null : to.centralRows - removed,
    };
    await commitCheckpoint(session, from, done, from.direct ? null : dropStage(this.#stage));
    return done.state === 'done' ? done : removeStrays(this.#context, this.#source, done);
  }
}
