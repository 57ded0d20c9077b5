import type { ForeignKeys } from '../target/foreignKeys.ts';
import type { ConnectionTable } from './connectionRun.ts';

/**
 * The tables of a run that are left. By foreign-key depth, then by size; a table is given out only when
 * all that its rows point to is done, since rows would be refused otherwise.
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

  /** Central's foreign keys, which are known only once it has been looked at. */
  follow(keys: ForeignKeys): void {
    this.#order = tableOrder(this.#names, keys);
    this.#sort();
  }

  get left(): readonly ConnectionTable[] {
    return this.#left;
  }

  /** The tables that their rows point to come first. */
  depth(table: string): number {
    return this.#order.depth(table);
  }

  /**
   * The next table that may be begun, once there is one. Whoever takes it says when it has {@link ended}.
   *
   * @param endsHere whether no table is to be begun any more
   * @returns undefined where none is left
   */
  async take(endsHere: () => boolean): Promise<ConnectionTable | undefined> {
    while (!endsHere() && this.#left.length > 0) {
      const ready = this.#left.findIndex((one) => this.#isReady(one.table));
      // Nothing that runs can make one ready: a table whose rows may be refused is better than one that waits for ever.
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

  /** Takes a table out; undefined where it is not left. */
  remove(table: string): ConnectionTable | undefined {
    const at = this.#left.findIndex((one) => one.table === table);
    return at < 0 ? undefined : this.#left.splice(at, 1)[0];
  }

  /** Takes all that are left out. */
  drain(): readonly ConnectionTable[] {
    return this.#left.splice(0);
  }

  #isReady(table: string): boolean {
    const before = this.#order.before(table);
    if (this.#left.some((one) => before.has(one.table))) return false;
    const beside = this.#order.beside(table);
    return ![...this.#running].some((one) => before.has(one) || beside.has(one));
  }

  /** The longest first: two workers then end at about the same time. */
  #sort(): void {
    const depth = (one: ConnectionTable): number => this.#order.depth(one.table);
    const bytes = (one: ConnectionTable): number => one.shape?.bytes ?? 0;
    this.#left.sort((a, b) => depth(a) - depth(b) || bytes(b) - bytes(a));
  }
}

/** In which order tables with foreign keys among them may be run. */
interface TableOrder {
  /** How many tables, one pointing to the next, have to come before it. Tables of a cycle have the same. */
  depth(table: string): number;
  /** The tables that have to be done before it. */
  before(table: string): ReadonlySet<string>;
  /** The other tables of a cycle that it is in: their order is free, but they may not run side by side. */
  beside(table: string): ReadonlySet<string>;
}

/** @param tables those that are run; keys to and from others count for nothing */
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
  // Whatever comes before a table has fewer tables before it, so this ends.
  const depth = (table: string): number => {
    const found = depths.get(table) ?? Math.max(0, ...[...before(table)].map((one) => depth(one) + 1));
    depths.set(table, found);
    return found;
  };
  return { depth, before, beside: cycle };
}

/** All that can be reached by following the arrows; the start itself only where a cycle comes back to it. */
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
