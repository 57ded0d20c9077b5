import { type TableName, UNKNOWN_TABLES } from '../../shared/contract.ts';
import { compileNames } from '../../shared/naming.ts';
import type { Settings } from '../../shared/settings.ts';

/**
 * Whether the settings select a table: its connection is enabled, and its name is among those that are copied. What
 * failed before it was taken out of the settings is nobody's trouble any more.
 */
export function selectionOf(settings: Pick<Settings, 'connections'>): (table: TableName) => boolean {
  const byConnection = new Map(
    settings.connections.flatMap((one) => {
      if (!one.enabled) return [];
      const named = compileNames(one.tables.map((entry) => (typeof entry === 'string' ? entry : entry.name)));
      const excluded = compileNames(one.exclude);
      const selects = (table: string): boolean => named(table) !== null && excluded(table) === null;
      return [[one.id, selects] as const];
    }),
  );
  return ({ connection, table }) => {
    const selects = byConnection.get(connection);
    return selects !== undefined && (table === UNKNOWN_TABLES || selects(table));
  };
}
