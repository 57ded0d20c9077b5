import type pg from 'pg';
import type { DatabasePair } from './databases.ts';

const STAMP = 'source_connection';

/** Where a table stands on both sides, and how its rows are told apart at central. */
export interface Compared {
  readonly table: string;
  readonly sourceSchema?: string;
  readonly centralSchema?: string;
  /** The connection whose rows count, in layout `stamp`; null where all rows do. */
  readonly connection?: string | null;
}

/** Rows that are on one side only. Both are 0 where the sides are equal. */
export interface Difference {
  readonly table: string;
  readonly rows: number;
  readonly onlySource: number;
  readonly onlyCentral: number;
}

/**
 * Compares a table on both sides by EXCEPT ALL in both directions over all columns as text, so that
 * 1.0 and 1.00 differ. The branch's rows are loaded into a temporary table at central for that.
 */
export async function difference(source: pg.Client, central: pg.Client, what: Compared): Promise<Difference> {
  const { table, sourceSchema = 'adempiere', centralSchema = 'public', connection = null } = what;
  const pin =
    "SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET extra_float_digits = 3; SET bytea_output = 'hex'";
  await Promise.all([source.query(pin), central.query(pin)]);
  const columns = await copiedColumns(source, sourceSchema, table);
  const image = `ARRAY[${columns.map((name) => `${quote(name)}::text`).join(', ')}]::text[]::text`;
  const rows = await source.query<{ image: string }>(
    `SELECT ${image} AS image FROM ${quote(sourceSchema)}.${quote(table)}`,
  );
  await central.query('DROP TABLE IF EXISTS pg_temp.branch_rows; CREATE TEMP TABLE branch_rows (image text)');
  await central.query('INSERT INTO branch_rows SELECT json_array_elements_text($1::json)', [
    JSON.stringify(rows.rows.map((row) => row.image)),
  ]);
  const where = connection === null ? '' : ` WHERE ${STAMP} = '${connection}'`;
  const there = `SELECT ${image} FROM ${quote(centralSchema)}.${quote(table)}${where}`;
  const counted = await central.query<{ a: string; b: string }>(
    `SELECT (SELECT count(*) FROM (TABLE branch_rows EXCEPT ALL (${there})) x) AS a,
            (SELECT count(*) FROM ((${there}) EXCEPT ALL TABLE branch_rows) x) AS b`,
  );
  return {
    table,
    rows: rows.rows.length,
    onlySource: Number(counted.rows[0]?.a),
    onlyCentral: Number(counted.rows[0]?.b),
  };
}

async function copiedColumns(client: pg.Client, schema: string, table: string): Promise<readonly string[]> {
  const result = await client.query<{ name: string }>(
    `SELECT column_name AS name FROM information_schema.columns
     WHERE table_schema = $1 AND table_name = $2 AND is_generated = 'NEVER' ORDER BY ordinal_position`,
    [schema, table],
  );
  return result.rows.map((row) => row.name);
}

/** The tables of the branch. */
export async function tablesOf(client: pg.Client, schema = 'adempiere'): Promise<readonly string[]> {
  const result = await client.query<{ name: string }>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = $1 AND table_type = 'BASE TABLE' ORDER BY 1",
    [schema],
  );
  return result.rows.map((row) => row.name);
}

/** Compares all tables of a pair, and returns those that differ. */
export async function differences(
  pair: DatabasePair,
  what: Omit<Compared, 'table'>,
): Promise<readonly Difference[]> {
  const [source, central] = await Promise.all([pair.source.connectAdmin(), pair.central.connectAdmin()]);
  try {
    const all: Difference[] = [];
    for (const table of await tablesOf(source, what.sourceSchema)) {
      all.push(await difference(source, central, { ...what, table }));
    }
    return all.filter((one) => one.onlySource > 0 || one.onlyCentral > 0);
  } finally {
    await Promise.all([source.end(), central.end()]);
  }
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
