/** How many rows a table has at a size; see {@link unitsAt}. */
export type Units = number;

/** A column: its name, its type with constraints, and the SQL expression that fills it. */
export type Column = readonly [name: string, type: string, expression: string];

/** A table of the made-up ERP and the query that fills it. Names are written as SQL wants them, quoted or not. */
export interface ErpTable {
  readonly name: string;
  /** Columns of the primary key; empty where the table has none. */
  readonly key: readonly string[];
  readonly columns: readonly Column[];
  /** What the columns' expressions read from. */
  readonly from: (units: Units) => string;
  /** Makes the order of rows on disk, and so the bytes that COPY gives, the same every time. */
  readonly orderBy: string;
  readonly rows: (units: Units) => number;
}

export const SCHEMA = 'adempiere';

/** Transactional rows come in this many units at scale 1. */
const UNITS = 600;

/** @throws RangeError for a scale that is not a positive number */
export function unitsAt(scale: number): Units {
  if (!(scale > 0 && Number.isFinite(scale))) throw new RangeError(`scale ${scale}`);
  return Math.max(1, Math.round(scale * UNITS));
}

export function createTable(table: ErpTable): string {
  const columns = table.columns.map(([name, type]) => `${name} ${type}`);
  const key = table.key.length === 0 ? [] : [`PRIMARY KEY (${table.key.join(', ')})`];
  return `CREATE TABLE ${SCHEMA}.${table.name} (${[...columns, ...key].join(', ')})`;
}

export function fillTable(table: ErpTable, units: Units): string {
  const values = table.columns.map(([name, , expression]) => `${expression} AS ${name}`);
  return `INSERT INTO ${SCHEMA}.${table.name} SELECT ${values.join(', ')} FROM ${table.from(units)} ORDER BY ${table.orderBy}`;
}

/** The numbers 1 to `count` as `n`. */
export function series(count: number): string {
  return `generate_series(1::bigint, ${count}) AS n`;
}
