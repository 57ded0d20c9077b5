import type { SyncFailure } from '../../../shared/errors.ts';
import type { Strategy } from '../../../shared/status.ts';
import { removeOrphanRows } from '../../compare/orphanRows.ts';
import { countCentralNow } from '../../load/deleteBrake.ts';
import { type ChunkLoad, endCopy, fillChunk } from '../../load/fillChunk.ts';
import type { PassContext, PassEnd } from '../../load/pass.ts';
import { endOfPass, type Proof, prove, toCatchUp, toCompare, toDeletes } from '../../load/proof.ts';
import { commitNoting, RewriteWatch } from '../../load/rewrites.ts';
import type { CopyIn } from '../../postgres/copyIn.ts';
import type { Session } from '../../postgres/session.ts';
import type { RowChoice, Snapshot, SourceRows } from '../../source/port.ts';
import {
  applyStaged,
  beginWithStage,
  copyInto,
  countUnequal,
  createStage,
  dropStage,
  emptyStage,
  type KeyRange,
  stageTable,
} from '../../target/apply.ts';
import type { Checkpoint } from '../../target/checkpoint.ts';
import { beginCentral } from '../../target/setup.ts';
import { DirectChunks } from './directChunks.ts';

/** What a keyed pass reads, and how it finds rows that the source no longer has. */
export interface KeyedPlan {
  readonly strategy: Strategy;
  /** The rows to read; null reads all. */
  readonly rows: RowChoice | null;
  /**
   * How the source's rows are counted, to be compared with central's afterwards. `read`: every row is read, and counted
   * as it is. `counts`: only some rows are read, and all were counted before. `none`: they are not counted, so no deletes
   * are found.
   */
  readonly removes: 'read' | 'counts' | 'none';
  /** Rows of the table in the snapshot, where they were counted before. */
  readonly sourceRows: number | null;
}

/**
 * A pass over a table with a key. Reads its rows as one stream in key order, starting after `start.lastKey`, and cuts
 * the stream into chunks. Each chunk is one central transaction that ends with the checkpoint.
 *
 * After `maxSnapshotMinutes` the source's transaction is closed at the next chunk border. The pass then ends as `reopen`
 * and continues under a new snapshot, as after an interruption.
 *
 * @param snapshot open; this function closes it
 */
export async function runKeyedPass(
  context: PassContext,
  snapshot: Snapshot,
  plan: KeyedPlan,
  start: Checkpoint,
): Promise<PassEnd> {
  const { clock, limits, stop, target } = context;
  const deadline = clock.monotonic() + limits.maxSnapshotMinutes * 60_000;
  const rows = await snapshot.rows(target, { after: start.lastKey?.values ?? null, rows: plan.rows });
  const isOver = (): boolean => clock.monotonic() > deadline;
  const chunks = new Chunks(context, snapshot, plan, rows, isOver);
  let at: Checkpoint = {
    ...start,
    passMark: start.passMark ?? snapshot.mark,
    sourceSnapshotAt: start.sourceSnapshotAt ?? snapshot.takenAt,
  };
  try {
    const ready = rows.ready(Number.POSITIVE_INFINITY, stop);
    ready.catch(() => {});
    // Central counts its rows while the source looks for its first row.
    at = await chunks.count(at);
    await ready;
    for (;;) {
      if (!chunks.goesOn) {
        await rows.ready(Number.POSITIVE_INFINITY, stop);
        if (stop.aborted) return { kind: 'stopped', checkpoint: at };
      }
      at = await chunks.next(at);
      if (chunks.goesOn) continue;
      if (chunks.abandoned) {
        if (chunks.cutShort !== null) throw chunks.cutShort;
        return { kind: 'stopped', checkpoint: at };
      }
      context.onCommit(at);
      if (chunks.end !== null) return chunks.end;
      if (stop.aborted) return { kind: 'stopped', checkpoint: at };
      if (chunks.cutShort !== null) throw chunks.cutShort;
      if (isOver() && !rows.exhausted) {
        return { kind: 'reopen', checkpoint: { ...at, resumed: true } };
      }
    }
  } finally {
    await rows.end();
  }
}

/** What became of a chunk's rows. */
interface Applied {
  /** Inserted or updated. */
  readonly changed: number;
  readonly same: number;
  /** Null where central does not report it (partitioned tables). */
  readonly inserted: number | null;
  /** Number of rows that central has not stored as sent. */
  readonly unequal: number;
  /** See {@link RewriteWatch.end}. */
  readonly rewritten: readonly string[];
}

/** Applies the chunks of an open stream of rows one after the other. */
class Chunks {
  readonly #context: PassContext;
  readonly #snapshot: Snapshot;
  readonly #plan: KeyedPlan;
  readonly #rows: SourceRows;
  readonly #directChunks: DirectChunks;
  readonly #stage: string;
  #staged = false;
  /** Why the source's stream ended early. The rows received before that are applied. */
  cutShort: SyncFailure | null = null;
  /** How the pass ended; set once the source has no more rows and all are applied. */
  end: PassEnd | null = null;
  /** A chunk that must be applied as a whole was cut short or stopped, so none of it was applied. */
  abandoned = false;
  /** Rows read by this object, without those of earlier attempts. */
  #read = 0;
  /** Central's count differs from our own sum: somebody else has removed or added rows. */
  #edited = false;

  /** @param isOver whether the snapshot is too old for a further chunk */
  constructor(
    context: PassContext,
    snapshot: Snapshot,
    plan: KeyedPlan,
    rows: SourceRows,
    isOver: () => boolean,
  ) {
    this.#context = context;
    this.#directChunks = new DirectChunks(context, rows, isOver);
    this.#snapshot = snapshot;
    this.#plan = plan;
    this.#rows = rows;
    this.#stage = stageTable(context.connection, context.target.name);
  }

  /** Counts central's rows before the first chunk; the chunks then add to that count. The old sum misses others' changes. */
  async count(at: Checkpoint): Promise<Checkpoint> {
    if (at.direct || !this.#context.deletes || this.#plan.removes === 'none') return at;
    const centralRows = await countCentralNow(this.#context);
    this.#edited = at.centralRows !== null && at.centralRows !== centralRows;
    return { ...at, centralRows, counted: true, removedOf: at.removedOf ?? centralRows };
  }

  /** Applies the next chunk. The last one also ends the pass. */
  async next(at: Checkpoint): Promise<Checkpoint> {
    const { links, connection } = this.#context;
    const { session } = await links.central();
    const begin = beginCentral(session, connection);
    if (this.#rows.exhausted && !this.goesOn) return this.#withoutRows(session, begin, at);
    return at.direct ? this.#direct(session, begin, at) : this.#throughStage(session, begin, at);
  }

  async #withoutRows(session: Session, begin: readonly string[], at: Checkpoint): Promise<Checkpoint> {
    const done = at.direct ? await this.#directChunks.withoutRows(session, begin, at) : null;
    if (done !== null) return this.#ends({ kind: 'done', checkpoint: done });
    await session.script(begin);
    return this.#finish(session, at, at);
  }

  async #direct(session: Session, begin: readonly string[], at: Checkpoint): Promise<Checkpoint> {
    const { load, checkpoint, state } = await this.#directChunks.next(session, begin, at);
    this.cutShort = load.cutShort;
    this.#read += load.rows;
    if (state === 'copied') return this.#commit(session, at, checkpoint);
    return state === 'done' ? this.#ends({ kind: 'done', checkpoint }) : checkpoint;
  }

  /** See {@link DirectChunks.goesOn}. */
  get goesOn(): boolean {
    return this.#directChunks.goesOn;
  }

  async #throughStage(session: Session, begin: readonly string[], at: Checkpoint): Promise<Checkpoint> {
    const { target } = this.#context;
    const ready = this.#staged ? emptyStage(this.#stage) : createStage(target, this.#stage);
    // A table that was just loaded has no statistics, so the planner would scan all of it for each chunk.
    const index = 'SET LOCAL enable_seqscan = off';
    const copy = await session.copyIn(
      [...beginWithStage(begin, ready), index, copyInto(target, this.#stage)],
      target.format,
      true,
    );
    const load = await fillChunk(this.#context, this.#rows, session, copy);
    this.cutShort = load.cutShort;
    const last = this.#rows.exhausted;
    if (this.#context.constraints.whole && !last) {
      session.destroy();
      this.abandoned = true;
      return at;
    }
    this.#read += load.rows;
    const upTo = last ? null : (load.lastKey ?? at.lastKey);
    const range: KeyRange = { after: at.lastKey?.values ?? null, upTo: upTo?.values ?? null };
    const applied = await this.#apply(session, copy, load, range);
    const next = await this.#commit(
      session,
      at,
      {
        ...at,
        lastKey: load.lastKey ?? at.lastKey,
        processed: at.processed + applied.changed,
        skipped: at.skipped + applied.same,
        bytes: at.bytes + load.bytes,
        centralRows: add(at.centralRows, applied.inserted),
        unproven: at.unproven + applied.unequal,
      },
      applied.rewritten,
    );
    this.#staged = true;
    return next;
  }

  /**
   * Ends the COPY and applies the staged rows. A row that was neither inserted nor updated counts as unchanged, unless head office has
   * triggers or the like on the table: then the staged rows are compared with the table again.
   */
  async #apply(session: Session, copy: CopyIn, load: ChunkLoad, range: KeyRange): Promise<Applied> {
    const { target, connection, constraints } = this.#context;
    const apply = applyStaged(target, this.#stage, connection, range, { moves: constraints.moves });
    const reread = target.rereads ? countUnequal(target, this.#stage, connection, range) : [];
    const watch = new RewriteWatch(this.#context, session);
    const ran = await endCopy(this.#context, session, copy, load, watch.around([apply, ...reread]));
    const [results, besides] = watch.ran(ran);
    const row = results[0]?.rows[0];
    const changed = Number(row?.changed);
    const moved = Number(row?.moved ?? 0);
    const inserted = target.partitioned ? null : Number(row?.inserted) - moved;
    const rewritten = besides({ written: changed, deleted: moved });
    if (!target.rereads) return { changed, same: load.rows - changed, inserted, unequal: 0, rewritten };
    const unequal = Number(results.at(-1)?.rows[0]?.unequal);
    return { changed, same: Math.max(0, load.rows - changed - unequal), inserted, unequal, rewritten };
  }

  async #commit(
    session: Session,
    from: Checkpoint,
    to: Checkpoint,
    rewritten: readonly string[] = [],
  ): Promise<Checkpoint> {
    if (this.#rows.exhausted) return this.#finish(session, from, to, rewritten);
    const next: Checkpoint = { ...to, seq: from.seq + 1 };
    await commitNoting(this.#context, session, from, next, rewritten);
    return next;
  }

  /** Ends the pass in the open transaction. The source has no rows after the last key. */
  async #finish(
    session: Session,
    from: Checkpoint,
    to: Checkpoint,
    rewritten: readonly string[] = [],
  ): Promise<Checkpoint> {
    const drop = from.direct ? [] : dropStage(this.#stage);
    const commit = async (next: Checkpoint): Promise<Checkpoint> => {
      await commitNoting(this.#context, session, from, next, rewritten, drop);
      return next;
    };
    const whole: Checkpoint = { ...to, seq: from.seq + 1, direct: false };
    // Strategy `cursor` needs no catch-up: its next pass reads what is newer than the first snapshot anyway.
    if (whole.resumed && this.#plan.removes !== 'none' && whole.passMark?.fingerprint != null) {
      const next = whole.unproven > 0 || this.#edited ? toCompare(whole) : toCatchUp(whole);
      return this.#ends({ kind: 'catch_up', checkpoint: await commit(next) });
    }
    const { verdict, checkpoint: at, missing } = await this.#prove(session, whole, from.direct);
    if (verdict === 'equal' && !this.#edited)
      return this.#ends({ kind: 'done', checkpoint: await commit(endOfPass(at)) });
    if (verdict !== 'surplus') {
      const checkpoint = await commit(toCompare(at));
      return this.#ends({ kind: 'lacking', checkpoint, missing, unproven: at.unproven });
    }
    if (this.#context.constraints.holdDeletes)
      return this.#ends({ kind: 'deletes_held', checkpoint: await commit(toDeletes(at)) });
    const committed = await commit(at);
    // Reported now, because the delete brake may refuse the deletes that follow.
    this.#context.onCommit(committed);
    return this.#ends(await removeOrphanRows(this.#context, this.#snapshot, committed));
  }

  #ends(end: PassEnd): Checkpoint {
    this.end = end;
    return end.checkpoint;
  }

  #prove(session: Session, whole: Checkpoint, direct: boolean): Promise<Proof> {
    const { removes, sourceRows } = this.#plan;
    // The table was empty, and central has confirmed the number of rows of each COPY.
    if (direct && !whole.resumed)
      return Promise.resolve({ verdict: 'equal', checkpoint: { ...whole, counted: true }, missing: 0 });
    if (removes === 'none') return prove({ ...this.#context, deletes: false }, session, whole, null);
    const read = whole.resumed ? null : this.#read;
    return prove(this.#context, session, whole, removes === 'read' ? read : sourceRows);
  }
}

function add(count: number | null, more: number | null): number | null {
  return count === null || more === null ? null : count + more;
}
