import { type TableRow, tableKey } from '../../../../shared/contract.ts';
import { TableStatus } from '../../../../shared/status.ts';
import type { BatchView } from '../../../../window-api/views.ts';

/**
 * The tables that a day's batches have left uncopied: each one's last run in these batches, if that did not succeed.
 *
 * @param batches those that did not end well, in any order
 * @param succeededAt when a table was last copied, by `tableKey`; a later success makes up for a failure
 */
export function missingTables(
  batches: readonly Pick<BatchView, 'batch' | 'tables'>[],
  succeededAt: ReadonlyMap<string, string>,
): readonly TableRow[] {
  const last = new Map<string, TableRow>();
  const inOrder = batches.toSorted((a, b) => (a.batch.started_at < b.batch.started_at ? -1 : 1));
  for (const { tables } of inOrder)
    for (const row of tables) last.set(tableKey(row.connection, row.table_name), row);
  return [...last].flatMap(([key, row]) => {
    if (row.status === TableStatus.Completed || row.status === TableStatus.Skipped) return [];
    const success = succeededAt.get(key);
    const tried = row.ended_at ?? row.started_at ?? '';
    return success !== undefined && success > tried ? [] : [row];
  });
}
