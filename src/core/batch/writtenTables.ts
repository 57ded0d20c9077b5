import type { CentralSettings } from '../../shared/settings.ts';
import type { TableShape } from '../catalogue/shape.ts';
import type { Checkpoint } from '../central/checkpoint.ts';
import type { DeleteRights, WrittenTable } from '../central/deleteRights.ts';
import { layoutOf } from '../central/target.ts';
import type { ConnectionTable, ConnectionWork } from './connectionRun.ts';

/** The tables that a connection's run may write, in their own turn or for another one's sake. */
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

/** A table with what central lets this connection do there; null where it may not write it at all. */
export function withRights(table: ConnectionTable, { owned, refused }: DeleteRights): ConnectionTable | null {
  if (refused.has(table.table)) return null;
  return table.mayDelete && !owned.has(table.table) ? { ...table, mayDelete: false } : table;
}
