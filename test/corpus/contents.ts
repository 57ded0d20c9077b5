import { createHash } from 'node:crypto';
import type pg from 'pg';

/** Where a connection's tables are on both sides. */
export interface Side {
  readonly connection: string;
  readonly sourceSchema: string;
  readonly centralSchema: string;
  /** The connection whose rows count at head office; null where all do. */
  readonly stamp: string | null;
}

interface Clients {
  readonly source: pg.Client;
  readonly central: pg.Client;
  readonly reader: pg.Client;
}

/** Values are written one way on both sides. The search_path stays: a view's rows may depend on it. */
const PINNED = [
  "SET TimeZone = 'UTC'",
  "SET DateStyle = 'ISO, YMD'",
  "SET IntervalStyle = 'postgres'",
  "SET bytea_output = 'hex'",
  "SET lc_monetary = 'C'",
  'SET extra_float_digits = 3',
];

/**
 * Compares tables by reading both sides whole, every column as text: the product's own comparing is not trusted.
 *
 * @returns a line for every table that differs
 */
export async function contentsDiffer(
  { source, central, reader }: Clients,
  side: Side,
  tables: readonly string[],
  views: readonly string[],
): Promise<readonly string[]> {
  for (const client of [source, central, reader]) for (const one of PINNED) await client.query(one);
  const lines: string[] = [];
  for (const table of tables) {
    const columns = await columnsOf(source, side.sourceSchema, table);
    // A table with children has its own rows; children are tables of their own.
    const only = columns.partitioned || views.includes(table) ? '' : 'ONLY ';
    const from = `${only}${quote(side.sourceSchema)}.${quote(table)}`;
    const into = `${quote(side.centralSchema)}.${quote(table)}`;
    const where = side.stamp === null ? '' : ` WHERE source_connection = '${side.stamp}'`;
    const [ours, theirs] = [
      await rowsOf(views.includes(table) ? reader : source, from, columns.names, ''),
      await rowsOf(central, into, columns.names, where),
    ];
    if (digest(ours) === digest(theirs)) continue;
    const missing = without(ours, theirs);
    const extra = without(theirs, ours);
    lines.push(
      `${side.connection}/${table}: ${ours.length} rows at the branch, ${theirs.length} at head office; missing ${missing.slice(0, 2).join(' ')} extra ${extra.slice(0, 2).join(' ')}`,
    );
  }
  return lines;
}

async function columnsOf(
  client: pg.Client,
  schema: string,
  table: string,
): Promise<{ readonly names: readonly string[]; readonly partitioned: boolean }> {
  const { rows } = await client.query<{ names: string[] | null; relkind: string }>(
    `SELECT c.relkind, (SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute a
       WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS names
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2`,
    [schema, table],
  );
  return { names: rows[0]?.names ?? [], partitioned: rows[0]?.relkind === 'p' };
}

async function rowsOf(
  client: pg.Client,
  from: string,
  columns: readonly string[],
  where: string,
): Promise<readonly string[]> {
  const list = columns.map((name) => `t.${quote(name)}::text`).join(', ');
  const { rows } = await client.query<(string | null)[]>({
    text: `SELECT ${list} FROM ${from} t${where}`,
    rowMode: 'array',
  });
  return rows.map((row) => JSON.stringify(row)).sort();
}

function digest(rows: readonly string[]): string {
  return createHash('sha256').update(rows.join('\n')).digest('hex');
}

function without(rows: readonly string[], others: readonly string[]): readonly string[] {
  const left = new Map<string, number>();
  for (const one of others) left.set(one, (left.get(one) ?? 0) + 1);
  return rows.filter((one) => {
    const count = left.get(one) ?? 0;
    left.set(one, count - 1);
    return count <= 0;
  });
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
