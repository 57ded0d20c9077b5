import type pg from 'pg';
import { connectTo } from '../../test/support/servers.ts';
import { createStatement, type Dataset, rowsAt, SOURCE_SCHEMA } from '../data/dataset.ts';
import { asCentral, type Bench, type Side } from '../setUp.ts';

type Row = readonly unknown[];

/** Copies tables one after the other into empty ones of a schema of its own. @returns how long it took */
export async function runOlderWay(
  bench: Bench,
  datasets: readonly Dataset[],
): Promise<{ readonly seconds: number }> {
  const table = ({ name }: Dataset): string => `older.${name}`;
  await asCentral(bench, async (client) => {
    await client.query('CREATE SCHEMA IF NOT EXISTS older');
    for (const dataset of datasets) {
      await client.query(`DROP TABLE IF EXISTS ${table(dataset)}`);
      await client.query(createStatement(dataset, table(dataset), null));
    }
  });
  const started = performance.now();
  await between(bench, async (source, central) => {
    for (const dataset of datasets) {
      const rows = rowsAt(dataset, bench.options.rowsScale);
      await copyPages(source, central, dataset, { table: table(dataset), rows });
    }
  });
  return { seconds: (performance.now() - started) / 1000 };
}

const PAGE = 1000;

/** Reads pages of 1,000 rows from a cursor; upserts and commits each with one statement. */
export async function cursorUpserts(
  bench: Bench,
  dataset: Dataset,
  table: string,
  rows: number,
): Promise<void> {
  await between(bench, (source, central) => copyPages(source, central, dataset, { table, rows }));
}

async function copyPages(
  source: pg.Client,
  central: pg.Client,
  dataset: Dataset,
  { table, rows }: { readonly table: string; readonly rows: number },
): Promise<void> {
  await source.query('BEGIN');
  await source.query(
    `DECLARE page CURSOR FOR SELECT * FROM ${SOURCE_SCHEMA}.${dataset.name} ORDER BY ${dataset.key}`,
  );
  for (let done = 0; done < rows; done += PAGE) {
    const page = await source.query<Row[]>({ text: `FETCH ${PAGE} FROM page`, rowMode: 'array' });
    await central.query(upsert(dataset, table, page.rows.length), page.rows.flat());
  }
  await source.query('COMMIT');
}

/** One row at a time: looked up, inserted, committed. */
export async function rowAtATime(bench: Bench, dataset: Dataset, table: string, rows: number): Promise<void> {
  await between(bench, async (source, central) => {
    const { rows: all } = await source.query<Row[]>({
      text: `SELECT * FROM ${SOURCE_SCHEMA}.${dataset.name} ORDER BY ${dataset.key} LIMIT ${rows}`,
      rowMode: 'array',
    });
    for (const row of all) {
      const found = await central.query(`SELECT FROM ${table} WHERE ${dataset.key} = $1`, [row[0]]);
      if (found.rowCount === 0) await central.query(upsert(dataset, table, 1), [...row]);
    }
  });
}

function upsert({ columns, key }: Dataset, table: string, rows: number): string {
  const width = columns.length;
  const tuples = Array.from(
    { length: rows },
    (_, row) => `(${columns.map((_, column) => `$${row * width + column + 1}`).join(', ')})`,
  );
  const set = columns.slice(1).map(([name]) => `${name} = EXCLUDED.${name}`);
  return `INSERT INTO ${table} VALUES ${tuples.join(', ')} ON CONFLICT (${key}) DO UPDATE SET ${set.join(', ')}`;
}

/** Signs in where the bench says that the databases are: a link may stand before them. */
async function between(
  { source, central }: Bench,
  work: (source: pg.Client, central: pg.Client) => Promise<void>,
): Promise<void> {
  const from = await signIn(source);
  try {
    const to = await signIn(central);
    try {
      await work(from, to);
    } finally {
      await to.end();
    }
  } finally {
    await from.end();
  }
}

function signIn({ server: { password }, host, port, database, user }: Side): Promise<pg.Client> {
  return connectTo({ host, port, password }, database, user);
}
