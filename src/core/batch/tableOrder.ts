import type { ForeignKeys } from '../central/foreignKeys.ts';

/** In which order tables with foreign keys among them may be run. */
export interface TableOrder {
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
