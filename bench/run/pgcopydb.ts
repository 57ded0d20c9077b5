import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createStatement, type Dataset, SOURCE_SCHEMA } from '../data/dataset.ts';
import { asOwner, type Bench, type Side } from '../setUp.ts';
import type { Sample } from './repeat.ts';
import { counting } from './serverCost.ts';
import { timed } from './shell.ts';

/** Each job has a connection of its own to both servers. */
const MOST_JOBS = 4;

/**
 * `pgcopydb copy table-data` for these tables only, into empty ones, in parallel. It needs the same schema
 * name on both sides, and the servers' owner, because it reads more of the catalogue than Branchline's roles
 * may.
 */
export function pgcopydbWay(bench: Bench, pgcopydb: string, datasets: readonly Dataset[]) {
  return async (): Promise<Sample> => {
    const folder = await mkdtemp(join(tmpdir(), 'branchline-bench-pgcopydb-'));
    try {
      await makeTables(bench, datasets);
      const filters = join(folder, 'filters.ini');
      await writeFile(filters, onlyThese(datasets));
      const options = ['--dir', join(folder, 'work'), '--filters', filters];
      const jobs = ['--table-jobs', String(Math.min(datasets.length, MOST_JOBS))];
      const { result, servers } = await counting(bench, () =>
        timed(pgcopydb, ['copy', 'table-data', ...options, ...jobs], {
          PGCOPYDB_SOURCE_PGURI: address(bench.source),
          PGCOPYDB_TARGET_PGURI: address(bench.central),
          PGPASSFILE: bench.passfile,
        }),
      );
      await checkCopied(bench, datasets);
      return { seconds: result.seconds, servers };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
}

/** Other measures left their tables in the same database. */
function onlyThese(datasets: readonly Dataset[]): string {
  return ['[include-only-table]', ...datasets.map(({ name }) => `${SOURCE_SCHEMA}.${name}`), ''].join('\n');
}

async function makeTables({ central }: Bench, datasets: readonly Dataset[]): Promise<void> {
  await asOwner(central.server, async (client) => {
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${SOURCE_SCHEMA}`);
    for (const dataset of datasets) {
      const table = `${SOURCE_SCHEMA}.${dataset.name}`;
      await client.query(`DROP TABLE IF EXISTS ${table}`);
      await client.query(createStatement(dataset, table, null));
    }
  });
}

/** pgcopydb also exits with success if one of its jobs copied nothing. */
async function checkCopied({ source, central }: Bench, datasets: readonly Dataset[]): Promise<void> {
  const counts = datasets.map(({ name }) => `(SELECT count(*) FROM ${SOURCE_SCHEMA}.${name})`);
  const [there, here] = await Promise.all(
    [source, central].map(({ server }) =>
      asOwner(server, (client) => client.query({ text: `SELECT ${counts.join(', ')}`, rowMode: 'array' })),
    ),
  );
  if (String(there?.rows[0]) !== String(here?.rows[0])) {
    throw new Error(`pgcopydb has copied ${here?.rows[0]} of ${there?.rows[0]} rows`);
  }
}

function address({ host, port, database }: Side): string {
  return `postgres://postgres@${host}:${port}/${database}?sslmode=disable`;
}
