import type { WorkerLinks } from '../load/links.ts';
import type { KeyEnd, Relations } from '../table/constraintRecovery.ts';
import type { TableDuty, TableEnd, TableRecorder } from '../table/tableRun.ts';
import type { ForeignKeys } from '../target/foreignKeys.ts';
import type { ConnectionTable } from './connectionRun.ts';

/** A run of a table: its own turn, a re-sync for another table, or its held deletes. */
export interface RelatedTableRun {
  readonly links: WorkerLinks;
  readonly table: ConnectionTable;
  readonly duty: TableDuty;
  readonly recorder: TableRecorder;
  readonly relations: Relations;
}

/** What {@link RelatedTables} needs from the connection's run. */
export interface RelatedTableRuns {
  find(table: string): ConnectionTable | undefined;
  run(run: RelatedTableRun): Promise<TableEnd>;
  /** A recorder for a re-sync. It writes to the event log only: the table's row keeps the result of its own turn. */
  quiet(table: ConnectionTable, forTable: string): TableRecorder;
  /** Reports that head office changed tables when `cause` was written. */
  rewritten(cause: string, tables: readonly string[]): void;
}

/**
 * Which further tables a re-sync may re-sync in turn.
 *
 * - `rows`: the tables that its rows reference. These are done, so nobody works on them.
 * - `alone`: none. It references the requesting table, so it is not running, but other tables that it references may be.
 *   Its deletes are done at once.
 * - `all`: any, because no table's own turn is running any more.
 */
type Scope = 'rows' | 'alone' | 'all';

/** A table whose deletes wait until all other tables are written. */
export interface HeldTable {
  readonly table: ConnectionTable;
  readonly recorder: TableRecorder;
}

/**
 * The tables of a run that central's foreign keys tie together. Remembers the tables whose deletes are held. Re-syncs a
 * parent table if the source got new parent rows after it was synced, and before a table that references it was synced.
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

  /** The relations for a table's own turn. @param deleting whether held deletes are being done */
  of(links: WorkerLinks, table: string, deleting: boolean): Relations {
    const scopeFor = (end: KeyEnd): Scope => (deleting ? 'all' : end === 'parent' ? 'rows' : 'alone');
    return {
      keys: this.#keys,
      // Two tables may request the same one, which must not run twice at the same time.
      resync: (other, end) => this.#oneAtATime(() => this.#again(links, other, [table], scopeFor(end))),
      rewritten: (tables) => this.#runs.rewritten(table, tables),
    };
  }

  /** Whether a table can be re-synced. */
  knows(table: string): boolean {
    return (this.#runs.find(table)?.shape ?? null) !== null;
  }

  /**
   * Re-syncs a table that head office itself has changed, after all tables' own turns.
   *
   * @param cause the table whose writes made head office change it
   */
  compareAgain(links: WorkerLinks, table: string, cause: string): Promise<TableEnd | null> {
    return this.#again(links, table, [], 'all', cause);
  }

  hold(table: ConnectionTable, recorder: TableRecorder): void {
    this.#held.set(table.table, { table, recorder });
  }

  /** Takes the next table with held deletes, referencing tables before the ones they reference. */
  takeHeld(depth: (table: string) => number): HeldTable | undefined {
    const [next] = [...this.#held.values()].sort((a, b) => depth(b.table.table) - depth(a.table.table));
    if (next !== undefined) this.#held.delete(next.table.table);
    return next;
  }

  /** @param path the tables that wait for this re-sync. None of them can be re-synced in it: that would never end */
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
      resync: async (other, end) =>
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
