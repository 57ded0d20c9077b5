import type { Checkpoint } from '../central/checkpoint.ts';

/**
 * Tables of a run that head office itself has changed since they were last compared, with the tables that were written
 * then. Central's checkpoints note the same; this saves asking for them, and orders what is left to do.
 */
export class RewrittenTables {
  readonly #causes = new Map<string, Set<string>>();

  /** @param checkpoints as the run found them */
  constructor(checkpoints: Iterable<Checkpoint>) {
    for (const { table, rewritten } of checkpoints) {
      if (rewritten !== null) this.add(table, Object.keys(rewritten));
    }
  }

  add(table: string, causes: Iterable<string>): void {
    const known = this.#causes.get(table) ?? new Set();
    for (const one of causes) known.add(one);
    this.#causes.set(table, known);
  }

  /** A run of the table begins: what it finds is as of now. What comes meanwhile is added anew. */
  take(table: string): ReadonlySet<string> {
    const causes = this.#causes.get(table) ?? new Set();
    this.#causes.delete(table);
    return causes;
  }

  /** The tables that are still to be compared. */
  get tables(): readonly string[] {
    return [...this.#causes.keys()];
  }

  causes(table: string): readonly string[] {
    return [...(this.#causes.get(table) ?? [])];
  }

  /** The tables that are still to be compared because this one was written; itself left out. */
  because(cause: string): readonly string[] {
    return this.tables.filter((one) => one !== cause && this.#causes.get(one)?.has(cause));
  }
}
