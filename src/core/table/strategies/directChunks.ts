import { type ChunkLoad, endCopy, fillChunk, takenAll } from '../../load/fillChunk.ts';
import type { PassContext } from '../../load/pass.ts';
import { endOfPass } from '../../load/proof.ts';
import type { CopyIn } from '../../postgres/copyIn.ts';
import type { Session } from '../../postgres/session.ts';
import type { SourceRows } from '../../source/port.ts';
import { copyInto, noteInserted, refuseOtherCount, refuseRows, table } from '../../target/apply.ts';
import { advance, asLostLease, type Checkpoint } from '../../target/checkpoint.ts';

/** What became of a direct chunk. */
export interface DirectChunk {
  readonly load: ChunkLoad;
  readonly checkpoint: Checkpoint;
  /**
   * `on`: its commit is on its way, and the next COPY has begun behind it. `done`: it is committed, and the whole table was
   * copied. `copied`: its rows are at central, and its transaction is open.
   */
  readonly state: 'on' | 'done' | 'copied';
}

/**
 * Copies chunks straight into a table that has no rows of ours after the last key, so that there is nothing to compare.
 * Chunks follow one another without waiting for answers, and the last one's commit goes out with its rows.
 */
export class DirectChunks {
  readonly #context: PassContext;
  readonly #rows: SourceRows;
  readonly #isOver: () => boolean;
  /** The COPY of the next chunk, where it was begun without waiting for the answers to the last one. */
  #copy: CopyIn | null = null;
  /** Resolves when the last chunk's answers have arrived, its count is checked and its commit is reported. */
  #committed: Promise<void> = Promise.resolve();

  /** @param isOver whether the snapshot is too old for a further chunk */
  constructor(context: PassContext, rows: SourceRows, isOver: () => boolean) {
    this.#context = context;
    this.#rows = rows;
    this.#isOver = isOver;
  }

  /** Whether the last chunk's rows are followed by the next ones without waiting for an answer. */
  get goesOn(): boolean {
    return this.#copy !== null;
  }

  /** Ends a pass over a table without rows, in one round trip. @returns null where central has to be asked first */
  async withoutRows(session: Session, begin: readonly string[], at: Checkpoint): Promise<Checkpoint | null> {
    const done = this.#lastCheckpoint(at, at);
    if (done === null) return null;
    try {
      await session.script([...begin, ...this.#stillEmpty(at), ...advance(at, done)]);
    } catch (error) {
      throw asLostLease(error, at.connection);
    }
    return done;
  }

  async next(session: Session, begin: readonly string[], at: Checkpoint): Promise<DirectChunk> {
    const { target } = this.#context;
    const into = copyInto(target, table(target));
    const counting = [...begin, ...(target.partitioned ? [] : [noteInserted(target)])];
    const first = [...counting, ...this.#stillEmpty(at), into];
    const copy = this.#copy ?? (await session.copyIn(first, target.format, true));
    this.#copy = null;
    const load = await this.#behindLast(fillChunk(this.#context, this.#rows, session, copy));
    const to: Checkpoint = {
      ...at,
      lastKey: load.lastKey ?? at.lastKey,
      processed: at.processed + load.rows,
      bytes: at.bytes + load.bytes,
      centralRows: at.centralRows === null ? null : at.centralRows + load.rows,
    };
    if (this.#mayGoOn(session, load)) {
      await this.#committed;
      const next: Checkpoint = { ...to, seq: at.seq + 1 };
      this.#goOn(session, copy, load, { from: at, to: next, begin: [...counting, into] });
      return { load, checkpoint: next, state: 'on' };
    }
    const done = target.partitioned ? null : this.#lastCheckpoint(at, to);
    const end: Promise<unknown> =
      done === null ? endCopy(this.#context, session, copy, load) : this.#end(session, copy, load, at, done);
    await this.#behindLast(end);
    await this.#committed;
    return done === null
      ? { load, checkpoint: to, state: 'copied' }
      : { load, checkpoint: done, state: 'done' };
  }

  /** SQL that a table made at the start of the batch, maybe long ago, is still empty. */
  #stillEmpty({ lastKey }: Checkpoint): readonly string[] {
    const { target, connection } = this.#context;
    return target.created && lastKey === null ? [refuseRows(target, connection)] : [];
  }

  /** The checkpoint of a finished pass over the whole table; null where central has to be asked first. */
  #lastCheckpoint(from: Checkpoint, to: Checkpoint): Checkpoint | null {
    // The table was empty, and central confirms the number of rows of each COPY.
    if (!this.#rows.exhausted || to.resumed) return null;
    return endOfPass({ ...to, seq: from.seq + 1, direct: false, counted: true });
  }

  /** Ends the last COPY. Central itself compares the count, so that the commit goes out in the same pipeline. */
  async #end(
    session: Session,
    copy: CopyIn,
    load: ChunkLoad,
    from: Checkpoint,
    to: Checkpoint,
  ): Promise<void> {
    const commit = [refuseOtherCount(this.#context.target, load.rows), ...advance(from, to)];
    try {
      await endCopy(this.#context, session, copy, load, commit);
    } catch (error) {
      throw asLostLease(error, from.connection);
    }
  }

  #mayGoOn(session: Session, { cutShort }: ChunkLoad): boolean {
    const ends = this.#rows.exhausted || cutShort !== null || this.#context.stop.aborted;
    return !ends && !session.pooled && !this.#isOver();
  }

  /**
   * Commits a chunk and begins the next one in the same pipeline. If anything of the chunk fails, the server skips the next
   * one; and its checkpoint could not follow one that was not written.
   *
   * The answers come while the next rows are sent. Central itself compares the count before it commits; of a partitioned
   * table it cannot, and a wrong count fails the pass before its next commit. The next attempt then counts both sides.
   */
  #goOn(
    session: Session,
    copy: CopyIn,
    load: ChunkLoad,
    step: { readonly from: Checkpoint; readonly to: Checkpoint; readonly begin: readonly string[] },
  ): void {
    const { target } = this.#context;
    const { from, to, begin } = step;
    const counted = target.partitioned ? [] : [refuseOtherCount(target, load.rows)];
    const statements = [...counted, ...advance(from, to), ...begin];
    const answers = session.guard(
      copy.next(statements.slice(0, -1), statements.at(-1) ?? ''),
      session.workMs,
    );
    this.#copy = copy;
    this.#committed = answers.then(
      (end) => {
        this.#context.onCommit(to);
        takenAll(this.#context, load, end);
      },
      (error: unknown) => {
        throw asLostLease(error, from.connection);
      },
    );
    // Awaited with the next chunk.
    this.#committed.catch(() => {});
  }

  /** Does something behind a chunk that was not answered. An error may be that chunk's, which is then thrown. */
  async #behindLast<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      await this.#committed;
      throw error;
    }
  }
}
