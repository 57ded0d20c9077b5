/** A table used by measures. */
export interface Dataset {
  readonly name: string;
  /** Columns with their types. The key comes first. */
  readonly columns: readonly (readonly [name: string, type: string])[];
  readonly key: string;
  /** Rows at scale 1. */
  readonly rows: number;
  /** One SQL expression per column, over `n`, the row's number. */
  readonly values: readonly string[];
}

export const SOURCE_SCHEMA = 'adempiere';

export function rowsAt(dataset: Dataset, scale: number): number {
  return Math.max(1, Math.round(dataset.rows * scale));
}

/** Statements that create and fill the table at the branch, in key order as an ERP would. */
export function fillStatements(dataset: Dataset, scale: number): readonly string[] {
  const table = `${SOURCE_SCHEMA}.${dataset.name}`;
  return [
    createStatement(dataset, table, null),
    `INSERT INTO ${table} SELECT ${dataset.values.join(', ')}
     FROM generate_series(1::bigint, ${rowsAt(dataset, scale)}) AS n`,
    `VACUUM (FREEZE, ANALYZE) ${table}`,
  ];
}

/** @param stamp definition of a column to add to the key, or null */
export function createStatement(dataset: Dataset, table: string, stamp: string | null): string {
  const columns = dataset.columns.map(([name, type]) => `${name} ${type}`);
  const key = stamp === null ? dataset.key : `${stamp.split(' ', 1)[0]}, ${dataset.key}`;
  return `CREATE TABLE ${table} (${[...(stamp === null ? [] : [stamp]), ...columns].join(', ')}, PRIMARY KEY (${key}))`;
}
