import type { WorkerLinks } from '../load/links.ts';
import type { KeyEnd, Relations } from '../table/constraintRecovery.ts';
import type { TableDuty, TableEnd, TableRecorder } from '../table/tableRun.ts';
import type { ForeignKeys } from '../target/foreignKeys.ts';
import type { ConnectionTable } from './connectionRun.ts';

/** One more run of a table, for another one's sake or for its own deletes. */
export interface RelatedTableRun {
  readonly links: WorkerLinks;
  readonly table: ConnectionTable;
  readonly duty: TableDuty;
  readonly recorder: TableRecorder;
  readonly relations: Relations;
}

/** What {@link RelatedTables} needs of the run around it. */
export interface RelatedTableRuns {
  find(table: string): ConnectionTable | undefined;
  run(run: RelatedTableRun): Promise<TableEnd>;
  /** Writes what happens to a table for another one's sake to the event log only: its own row tells its own turn. */
  quiet(table: ConnectionTable, forTable: string): TableRecorder;
  /** Head office itself has changed tables when another one was written. */
  rewritten(cause: string, tables: readonly string[]): void;
}

/**
 * How far the bringing of a table may lead. `rows`: to the tables that its rows point to, which are done. `alone`:
 * nowhere; it points to the table that asks, so it is not at work, but other tables that it points to may be. Its
 * deletes are done at once. `all`: anywhere; no table has its own turn any more.
 */
type Scope = 'rows' | 'alone' | 'all';

/** A table whose deletes wait until all others have got their rows. */
export interface HeldTable {
  readonly table: ConnectionTable;
  readonly recorder: TableRecorder;
}

/**
 * The tables of a run that central's foreign keys tie together: which have deletes left, and which has to be
 * brought again because rows appeared between its turn and that of a table that points to it.
 */
export class RelatedTables {
  readonly #keys: ForeignKeys;
  readonly #runs: RelatedTableRuns;
  readonly #held = new Map<string, HeldTable>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(keys: ForeignKeys, runs: RelatedTableRuns) {
    this.#keys = keys;
    this.#runs = runs;
  }

  /** For a table's own turn. @param deleting whether the deletes that were held have their turn */
  of(links: WorkerLinks, table: string, deleting: boolean): Relations {
    const scopeFor = (end: KeyEnd): Scope => (deleting ? 'all' : end === 'parent' ? 'rows' : 'alone');
    return {
      keys: this.#keys,
      // Two tables may ask for the same one, which must not be run twice at a time.
      bringAgain: (other, end) => this.#oneAtATime(() => this.#again(links, other, [table], scopeFor(end))),
      rewritten: (tables) => this.#runs.rewritten(table, tables),
    };
  }

  /** Whether a table can be brought again. */
  knows(table: string): boolean {
    return (this.#runs.find(table)?.shape ?? null) !== null;
  }

  /**
   * Brings a table that head office itself has changed up to date, when no table has its own turn any more.
   *
   * @param cause the table that was written then
   */
  compareAgain(links: WorkerLinks, table: string, cause: string): Promise<TableEnd | null> {
    return this.#again(links, table, [], 'all', cause);
  }

  hold(table: ConnectionTable, recorder: TableRecorder): void {
    this.#held.set(table.table, { table, recorder });
  }

  /** Takes out the next table whose deletes are to be done: those that point to others first. */
  takeHeld(depth: (table: string) => number): HeldTable | undefined {
    const [next] = [...this.#held.values()].sort((a, b) => depth(b.table.table) - depth(a.table.table));
    if (next !== undefined) this.#held.delete(next.table.table);
    return next;
  }

  /** @param path the tables that wait for it, the last of which asks; to wait for one of them would never end */
  async #again(
    links: WorkerLinks,
    name: string,
    path: readonly string[],
    scope: Scope,
    forTable = path.at(-1) ?? '',
  ): Promise<TableEnd | null> {
    const table = this.#runs.find(name);
    if (table === undefined || table.shape === null || path.includes(name)) return null;
    const recorder = this.#runs.quiet(table, forTable);
    const relations: Relations = {
      keys: this.#keys,
      bringAgain: async (other, end) =>
        scope === 'all' || (scope === 'rows' && end === 'parent')
          ? this.#again(links, other, [...path, name], scope)
          : null,
      rewritten: (tables) => this.#runs.rewritten(name, tables),
    };
    const end = await this.#runs.run({ links, table, duty: 'again', recorder, relations });
    if (end.kind !== 'deletes_held') return end;
    if (scope !== 'rows') return this.#runs.run({ links, table, duty: 'deletes', recorder, relations });
    if (!this.#held.has(name)) this.hold(table, recorder);
    return end;
  }

  #oneAtATime<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work, work);
    this.#last = mine.catch(() => {});
    return mine;
  }
}
