import { seededRows } from '../../../src/demo/erp/seed.ts';
import type { TableRow } from '../../../src/shared/contract.ts';

/** A table run, as far as exactness goes. */
export interface Counted {
  readonly table: string;
  readonly status: string;
  readonly processed: number;
  readonly skipped: number;
}

export function counted(tables: readonly TableRow[]): readonly Counted[] {
  return tables
    .map((row) => ({
      table: row.table_name,
      status: row.status,
      processed: row.records_processed,
      skipped: row.records_skipped,
    }))
    .sort(byTable);
}

/** What {@link counted} gives where every row of every table was inserted or updated exactly once. */
export function eachRowOnce(scale: number, tables?: readonly string[]): readonly Counted[] {
  return [...seededRows(scale)]
    .filter(([table]) => tables?.includes(table) ?? true)
    .map(([table, processed]) => ({ table, status: 'completed', processed, skipped: 0 }))
    .sort(byTable);
}

function byTable(a: Counted, b: Counted): number {
  return a.table < b.table ? -1 : 1;
}
