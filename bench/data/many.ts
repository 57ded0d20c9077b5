import type { Dataset } from './dataset.ts';

/** As many tables as in a usual batch. */
const TABLES = 120;

export const MANY: readonly Dataset[] = manyTables('t_small_', TABLES, 1000);

/** @param rows of each table, at scale 1 */
export function manyTables(prefix: string, count: number, rows: number): readonly Dataset[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `${prefix}${String(index + 1).padStart(3, '0')}`,
    key: 'id',
    rows,
    columns: [
      ['id', 'numeric(10) NOT NULL'],
      ['name', 'varchar(60) NOT NULL'],
      ['value', 'varchar(40)'],
      ['amount', 'numeric'],
      ['quantity', 'integer'],
      ['isactive', 'char(1) NOT NULL'],
      ['created', 'timestamp NOT NULL'],
      ['updated', 'timestamp NOT NULL'],
    ] as const,
    values: [
      '1000000 + n',
      "'Barang nomor ' || n",
      'md5(n::text)',
      'n * 12.5',
      '(n % 100)::integer',
      "'Y'",
      "timestamp '2023-01-01' + n * interval '1 minute'",
      "timestamp '2024-01-01' + n * interval '1 minute'",
    ],
  }));
}
