import type pg from 'pg';
import type { TestDatabase } from '../../../support/databases.ts';

/** Values are written one way on both sides, whatever the servers' settings are. */
const PINNED = [
  "SET TimeZone = 'UTC'",
  "SET DateStyle = 'ISO, YMD'",
  "SET IntervalStyle = 'postgres'",
  "SET bytea_output = 'hex'",
  "SET lc_monetary = 'C'",
  "SET search_path = ''",
  'SET quote_all_identifiers = off',
  'SET statement_timeout = 0',
];

/**
 * Rows of a table as texts, in an order of their own: equal lists mean equal contents.
 *
 * @param digits extra_float_digits
 */
export async function images(
  database: TestDatabase,
  schema: string,
  table: string,
  columns: readonly string[],
  digits = 3,
): Promise<readonly string[]> {
  const client = await readerOf(database);
  await client.query(`SET extra_float_digits = ${digits}`);
  const from = `${await only(client, schema, table)}${ident(schema)}.${ident(table)}`;
  const list = columns.map((name) => `${ident(name)}::text`).join(', ');
  const result = await client.query<(string | null)[]>({
    text: `SELECT ${list} FROM ${from}`,
    rowMode: 'array',
  });
  return result.rows.map((row) => JSON.stringify(row)).sort();
}

/** A test reads a hundred tables of one database: a session each would take longer than the reading. */
const readers = new WeakMap<TestDatabase, Promise<pg.Client>>();

/** The session in which a database's images are read; it ends with its database. */
function readerOf(database: TestDatabase): Promise<pg.Client> {
  const known = readers.get(database);
  if (known !== undefined) return known;
  const opened = database.connectAdmin().then(async (client) => {
    client.on('end', () => readers.delete(database));
    for (const one of PINNED) await client.query(one);
    return client;
  });
  opened.catch(() => readers.delete(database));
  readers.set(database, opened);
  return opened;
}

/** Tables that inherit from another are copied as tables of their own. */
async function only(client: pg.Client, schema: string, table: string): Promise<string> {
  const { rows } = await client.query<{ relkind: string }>(
    'SELECT relkind FROM pg_catalog.pg_class WHERE relname = $2 AND relnamespace::regnamespace::text = quote_ident($1)',
    [schema, table],
  );
  return rows[0]?.relkind === 'r' ? 'ONLY ' : '';
}

/** The types of a table's columns, by name, as format_type writes them with an empty search path. */
export async function typesOf(
  database: TestDatabase,
  schema: string,
  table: string,
): Promise<Readonly<Record<string, string>>> {
  return await readTypes(await readerOf(database), schema, table);
}

async function readTypes(client: pg.Client, schema: string, table: string): Promise<Record<string, string>> {
  const result = await client.query<{ name: string; type: string }>(
    `SELECT a.attname AS name, pg_catalog.format_type(a.atttypid, a.atttypmod) AS type
     FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
     WHERE c.relname = $2 AND c.relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = $1)
       AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
    [schema, table],
  );
  return Object.fromEntries(result.rows.map((row) => [row.name, row.type]));
}

function ident(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
