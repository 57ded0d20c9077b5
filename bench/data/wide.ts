import type { Dataset } from './dataset.ts';

const COLUMNS = 80;

type Filler = readonly [type: string, value: (column: number) => string];

/** Cycles through the types, with a third of the values NULL, like wide tables that an ERP extends over the years. */
const FILLERS: readonly Filler[] = [
  ['numeric(10)', (column) => `1000000 + n * ${column} % 100003`],
  ['varchar(40)', (column) => `CASE WHEN n % 3 > 0 THEN 'nilai ' || n * ${column} % 9973 END`],
  ['char(1)', (column) => `CASE WHEN (n + ${column}) % 2 = 0 THEN 'Y' ELSE 'N' END`],
  ['numeric', (column) => `CASE WHEN n % 2 = 0 THEN (n * ${column} % 9000000) * 0.25 END`],
  ['timestamp', (column) => `timestamp '2022-03-01' + (n + ${column}) * interval '7 minutes'`],
  ['integer', (column) => `CASE WHEN n % 3 = 0 THEN (n * ${column} % 70001)::integer END`],
];

function fillerOf(column: number): Filler {
  return FILLERS[column % FILLERS.length] ?? ['integer', () => 'NULL'];
}

const numbers = Array.from({ length: COLUMNS - 1 }, (_, index) => index + 1);

export const WIDE: Dataset = {
  name: 'm_product_wide',
  key: 'm_product_id',
  rows: 500_000,
  columns: [
    ['m_product_id', 'numeric(10) NOT NULL'],
    ...numbers.map((column) => [`column_${column}`, fillerOf(column)[0]] as const),
  ],
  values: ['1000000 + n', ...numbers.map((column) => fillerOf(column)[1](column))],
};
