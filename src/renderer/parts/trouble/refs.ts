import type { TableName, TableRow } from '../../../shared/contract.ts';

export function refOf(row: TableRow): TableName {
  return { connection: row.connection, table: row.table_name };
}
