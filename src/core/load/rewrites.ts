import type { Session, StatementResult } from '../postgres/session.ts';
import { FIRE_DEFERRED } from '../target/apply.ts';
import { type Checkpoint, commitCheckpoint } from '../target/checkpoint.ts';
import {
  type Counters,
  countersOf,
  countersQuery,
  noteRewritten,
  type OwnWrites,
  writtenBesides,
} from '../target/rewritten.ts';
import type { PassContext } from './pass.ts';

/**
 * Finds out which tables head office's foreign keys and triggers write to in our transaction, by reading the server's
 * counters before and after. Does nothing if the table has neither.
 */
export class RewriteWatch {
  readonly #context: PassContext;
  readonly #session: Session;
  readonly #acts: boolean;
  #before: Counters | null = null;

  constructor(context: PassContext, session: Session) {
    this.#context = context;
    this.#session = session;
    this.#acts = context.constraints.acts || context.target.rereads;
  }

  /** Reads the counters before the transaction writes to the table. */
  async begin(): Promise<void> {
    if (!this.#acts) return;
    this.#session.settingsMayHaveChanged();
    const { workMs } = this.#session;
    this.#before = countersOf((await this.#session.query(this.#query, [], workMs)).rows[0]);
  }

  /**
   * Reads the counters after the transaction has written to the table.
   *
   * @param writes what our own statements wrote
   * @returns the other tables that head office has written to, and this table if it may have changed further rows of it
   */
  async end(writes: OwnWrites): Promise<readonly string[]> {
    if (!this.#acts) return [];
    const results = await this.#session.script([FIRE_DEFERRED, this.#query], this.#session.workMs);
    return this.#besides(countersOf(results.at(-1)?.rows[0]), writes);
  }

  /** Statements with readings of the counters before and after them, for one round trip. */
  around(statements: readonly string[]): readonly string[] {
    if (!this.#acts) return statements;
    this.#session.settingsMayHaveChanged();
    return [this.#query, ...statements, FIRE_DEFERRED, this.#query];
  }

  /**
   * @param results of what {@link around} has returned
   * @returns the statements' results, and a function that takes our own writes and returns what {@link end} returns
   */
  ran(
    results: readonly StatementResult[],
  ): readonly [readonly StatementResult[], (writes: OwnWrites) => readonly string[]] {
    if (!this.#acts) return [results, () => []];
    this.#before = countersOf(results[0]?.rows[0]);
    const after = countersOf(results.at(-1)?.rows[0]);
    return [results.slice(1, -2), (writes) => this.#besides(after, writes)];
  }

  #besides(after: Counters | null, writes: OwnWrites): readonly string[] {
    const { target, constraints } = this.#context;
    const { name: table } = target;
    if (this.#before !== null && after !== null)
      return writtenBesides(this.#before, after, { table, writes });
    // The server does not count, so everything that may have changed counts as changed.
    if (writes.written + writes.deleted === 0) return [];
    return [...new Set([...(target.rereads ? [table] : []), ...constraints.rewrites])];
  }

  get #query(): string {
    return countersQuery(this.#context.connection, this.#context.target.schema);
  }
}

/**
 * Commits the next checkpoint of a table, together with the notes of which tables head office has changed.
 *
 * @param before statements to run first, in the same round trip
 */
export async function commitNoting(
  context: PassContext,
  session: Session,
  from: Checkpoint,
  to: Checkpoint,
  rewritten: readonly string[],
  before: readonly string[] = [],
): Promise<void> {
  if (rewritten.length === 0) return commitCheckpoint(session, from, to, before);
  const { connection, target } = context;
  const notes = noteRewritten(connection, rewritten, target.name, to.seq);
  // Called before the commit too: if the answer to it is lost, the note may be stored all the same.
  context.onRewritten(rewritten, to.seq);
  await commitCheckpoint(session, from, to, [...before, ...notes]);
  // Called again: a pass of one of these tables that began before the commit did not see the note.
  context.onRewritten(rewritten, to.seq);
}
