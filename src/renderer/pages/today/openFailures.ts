import type { TableRow } from '../../../shared/contract.ts';
import { TableStatus } from '../../../shared/status.ts';

/**
 * The failed tables of a batch that are still to be seen to.
 *
 * @param failed names of those that no later batch has done; one that a later batch has done is no trouble any more
 */
export function openFailures(rows: readonly TableRow[], failed: readonly string[]): readonly TableRow[] {
  const open = new Set(failed);
  return rows.filter((row) => row.status === TableStatus.Failed && open.has(row.table_name));
}
