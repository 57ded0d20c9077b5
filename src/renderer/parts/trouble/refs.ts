import type { TableRow } from '../../../shared/contract.ts';

/** A table, as a command names it. */
export interface TableName {
  readonly connection: string;
  readonly table: string;
}

export function refOf(row: TableRow): TableName {
  return { connection: row.connection, table: row.table_name };
}
