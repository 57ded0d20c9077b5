import type { ForeignKeys } from '../target/foreignKeys.ts';
import type { ConnectionTable } from './connectionRun.ts';

/**
 * The remaining tables of a run, by foreign-key depth, then by size. A table is handed out only when all tables that it
 * references are done, because central would refuse its rows otherwise.
 */
export class TableQueue {
  readonly #names: readonly string[];
  #order: TableOrder;
  #left: ConnectionTable[];
  readonly #running = new Set<string>();
  #changed = Promise.withResolvers<void>();

  constructor(tables: readonly ConnectionTable[], keys: ForeignKeys) {
    this.#names = tables.map((one) => one.table);
    this.#order = tableOrder(this.#names, keys);
    this.#left = [...tables];
    this.#sort();
  }

  /** Sets central's foreign keys, which are known only after its catalogue was read. */
  follow(keys: ForeignKeys): void {
    this.#order = tableOrder(this.#names, keys);
    this.#sort();
  }

  get left(): readonly ConnectionTable[] {
    return this.#left;
  }

  /** Foreign-key depth: referenced tables have a lower one. */
  depth(table: string): number {
    return this.#order.depth(table);
  }

  /**
   * Waits for the next table that may start, and takes it. The caller must report its end by {@link ended}.
   *
   * @param endsHere whether no further table may start
   * @returns undefined where no table is left, or none may start
   */
  async take(endsHere: () => boolean): Promise<ConnectionTable | undefined> {
    while (!endsHere() && this.#left.length > 0) {
      const ready = this.#left.findIndex((one) => this.#isReady(one.table));
      // No running table can make one ready. Starting one whose rows may be refused is better than waiting for ever.
      const at = ready < 0 && this.#running.size === 0 ? 0 : ready;
      const [next] = at < 0 ? [] : this.#left.splice(at, 1);
      if (next !== undefined) {
        this.#running.add(next.table);
        return next;
      }
      await this.#changed.promise;
    }
    return undefined;
  }

  ended(table: string): void {
    this.#running.delete(table);
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }

  /** Takes a table out; undefined where it is not in the queue. */
  remove(table: string): ConnectionTable | undefined {
    const at = this.#left.findIndex((one) => one.table === table);
    return at < 0 ? undefined : this.#left.splice(at, 1)[0];
  }

  /** Takes out all tables. */
  drain(): readonly ConnectionTable[] {
    return this.#left.splice(0);
  }

  #isReady(table: string): boolean {
    const before = this.#order.before(table);
    if (this.#left.some((one) => before.has(one.table))) return false;
    const beside = this.#order.beside(table);
    return ![...this.#running].some((one) => before.has(one) || beside.has(one));
  }

  /** Large tables first, so that two workers end at about the same time. */
  #sort(): void {
    const depth = (one: ConnectionTable): number => this.#order.depth(one.table);
    const bytes = (one: ConnectionTable): number => one.shape?.bytes ?? 0;
    this.#left.sort((a, b) => depth(a) - depth(b) || bytes(b) - bytes(a));
  }
}

/** The order in which tables with foreign keys between them may run. */
interface TableOrder {
  /** Length of the longest chain of tables that must run before it. Tables of a cycle have the same depth. */
  depth(table: string): number;
  /** The tables that must be done before it. */
  before(table: string): ReadonlySet<string>;
  /** The other tables of its cycle. Their order does not matter, but they must not run at the same time. */
  beside(table: string): ReadonlySet<string>;
}

/** @param tables the tables to run; keys from or to other tables are ignored */
export function tableOrder(tables: readonly string[], keys: ForeignKeys): TableOrder {
  const known = new Set(tables);
  const parents = new Map(tables.map((one) => [one, keys.parents(one).filter((up) => known.has(up))]));
  const ancestors = new Map(tables.map((one) => [one, reach(one, parents)]));
  const above = (table: string): ReadonlySet<string> => ancestors.get(table) ?? new Set();
  const cycle = (table: string): ReadonlySet<string> =>
    new Set([...above(table)].filter((one) => one !== table && above(one).has(table)));
  const before = (table: string): ReadonlySet<string> => {
    const same = cycle(table);
    return new Set([...above(table)].filter((one) => one !== table && !same.has(one)));
  };
  const depths = new Map<string, number>();
  // Each table before it has fewer tables before itself, so the recursion ends.
  const depth = (table: string): number => {
    const found = depths.get(table) ?? Math.max(0, ...[...before(table)].map((one) => depth(one) + 1));
    depths.set(table, found);
    return found;
  };
  return { depth, before, beside: cycle };
}

/** All nodes reachable along the arrows. Includes the start only if it is part of a cycle. */
function reach(from: string, arrows: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const found = new Set<string>();
  const next = [...(arrows.get(from) ?? [])];
  for (let one = next.pop(); one !== undefined; one = next.pop()) {
    if (found.has(one)) continue;
    found.add(one);
    next.push(...(arrows.get(one) ?? []));
  }
  return found;
}
