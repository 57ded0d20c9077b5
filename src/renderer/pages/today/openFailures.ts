import type { TableName, TableRow } from '../../../shared/contract.ts';
import { TableStatus } from '../../../shared/status.ts';
import { tableKey } from '../../../shared/window/views.ts';

/**
 * The failed tables of a batch that are still to be seen to.
 *
 * @param open those that no later batch has done; one that a later batch has done is no trouble any more
 */
export function openFailures(rows: readonly TableRow[], open: readonly TableName[]): readonly TableRow[] {
  const keys = new Set(open.map((one) => tableKey(one.connection, one.table)));
  return rows.filter(
    (row) => row.status === TableStatus.Failed && keys.has(tableKey(row.connection, row.table_name)),
  );
}
