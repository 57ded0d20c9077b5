import { type TableRow, UNKNOWN_TABLES } from '../../../shared/contract.ts';
import type { Translate } from '../../../shared/texts/translate.ts';

/**
 * What tables are called in a list of them: with their connection only where several have a table of that name in
 * the list.
 */
export function namesInGroup(
  rows: readonly TableRow[],
  labelOf: (connection: string) => string,
  t: Translate,
): readonly string[] {
  const times = new Map<string, number>();
  for (const { table_name } of rows) times.set(table_name, (times.get(table_name) ?? 0) + 1);
  return rows.map(({ table_name, connection }) => {
    if (table_name === UNKNOWN_TABLES) return t('troubles.allOf', { connection: labelOf(connection) });
    return (times.get(table_name) ?? 0) > 1 ? `${table_name} (${labelOf(connection)})` : table_name;
  });
}
