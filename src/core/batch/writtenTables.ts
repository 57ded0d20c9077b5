import type { CentralSettings } from '../../shared/settings.ts';
import type { TableShape } from '../catalogue/shape.ts';
import type { Checkpoint } from '../target/checkpoint.ts';
import type { DeleteRights, WrittenTable } from '../target/deleteRights.ts';
import { layoutOf } from '../target/target.ts';
import type { ConnectionTable, ConnectionWork } from './connectionRun.ts';

/** The tables that a connection's run may write, in their own turn or in a re-sync. */
export function writtenTables(
  central: CentralSettings,
  { tables, others }: Pick<ConnectionWork, 'tables' | 'others'>,
  existing: readonly TableShape[],
  checkpoints: ReadonlyMap<string, Checkpoint>,
): readonly WrittenTable[] {
  const shapes = new Map(existing.map((one) => [one.name, one]));
  const isNew = ({ table }: ConnectionTable): boolean => (checkpoints.get(table)?.state ?? 'new') === 'new';
  const listed = new Set(tables.map((one) => one.table));
  return [
    ...tables.map((one) => ({
      name: one.table,
      layout: layoutOf(central, shapes.get(one.table)),
      asks: one.mayDelete,
      isNew: isNew(one),
    })),
    ...others
      .filter((one) => !listed.has(one.table))
      .map((one) => ({ name: one.table, layout: null, asks: one.mayDelete, isNew: false })),
  ];
}

/** Whether the settings let the connection delete in any table of layout `merge`. */
export function asksForDeletes({ tables, others }: Pick<ConnectionWork, 'tables' | 'others'>): boolean {
  return [...tables, ...others].some((one) => one.mayDelete);
}

/** A table with the rights that central gives this connection; null where it must not write the table at all. */
export function withRights(table: ConnectionTable, { owned, refused }: DeleteRights): ConnectionTable | null {
  if (refused.has(table.table)) return null;
  return table.mayDelete && !owned.has(table.table) ? { ...table, mayDelete: false } : table;
}

/**
 * The tables of a run that head office itself has changed since they were last compared, each with the tables whose writes
 * caused it. Central's checkpoints note the same; this copy saves queries, and orders the remaining comparisons.
 */
export class RewrittenTables {
  readonly #causes = new Map<string, Set<string>>();

  /** @param checkpoints as read at the start of the run */
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

  /** Takes out a table's causes at the start of its run. Changes during the run are added again. */
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

  /** The tables that are still to be compared because this one was written, without itself. */
  because(cause: string): readonly string[] {
    return this.tables.filter((one) => one !== cause && this.#causes.get(one)?.has(cause));
  }
}
