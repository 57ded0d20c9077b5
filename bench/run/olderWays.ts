import type pg from 'pg';
import { connectTo } from '../../test/support/servers.ts';
import { type Dataset, SOURCE_SCHEMA } from '../data/dataset.ts';
import { asCentral, type Bench } from '../setUp.ts';

type Row = readonly unknown[];

const PAGE = 1000;

/** Pages of 1,000 rows from a cursor, each upserted with one statement and committed. */
export async function cursorUpserts(
  bench: Bench,
  dataset: Dataset,
  table: string,
  rows: number,
): Promise<void> {
  await between(bench, async (source, central) => {
    await source.query('BEGIN');
    await source.query(
      `DECLARE page CURSOR FOR SELECT * FROM ${SOURCE_SCHEMA}.${dataset.name} ORDER BY ${dataset.key}`,
    );
    for (let done = 0; done < rows; done += PAGE) {
      const page = await source.query<Row[]>({ text: `FETCH ${PAGE} FROM page`, rowMode: 'array' });
      await central.query(upsert(dataset, table, page.rows.length), page.rows.flat());
    }
    await source.query('COMMIT');
  });
}

/** One row at a time: looked for, inserted, committed. */
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

async function between(
  bench: Bench,
  work: (source: pg.Client, central: pg.Client) => Promise<void>,
): Promise<void> {
  const { server, database, user } = bench.source;
  const source = await connectTo(server, database, user);
  try {
    await asCentral(bench, (central) => work(source, central));
  } finally {
    await source.end();
  }
}
