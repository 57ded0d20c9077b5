import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createStatement, type Dataset, SOURCE_SCHEMA } from '../data/dataset.ts';
import { asOwner, type Bench, type Side } from '../setUp.ts';
import type { Sample } from './repeat.ts';
import { counting } from './serverCost.ts';
import { timed } from './shell.ts';

/**
 * `pgcopydb copy table-data` of one table into an empty one. It wants the same schema name on both sides,
 * and signs in as the servers' owner, since it reads more of the catalogue than Branchline's roles may.
 */
export function pgcopydbWay(bench: Bench, pgcopydb: string, dataset: Dataset) {
  return async (): Promise<Sample> => {
    const folder = await mkdtemp(join(tmpdir(), 'branchline-bench-pgcopydb-'));
    try {
      await makeTable(bench, dataset);
      const { result, servers } = await counting(bench, () =>
        timed(pgcopydb, ['copy', 'table-data', '--dir', join(folder, 'work'), '--table-jobs', '1'], {
          PGCOPYDB_SOURCE_PGURI: address(bench.source),
          PGCOPYDB_TARGET_PGURI: address(bench.central),
          PGPASSFILE: bench.passfile,
        }),
      );
      return { seconds: result.seconds, servers };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
}

async function makeTable({ central }: Bench, dataset: Dataset): Promise<void> {
  await asOwner(central.server, async (client) => {
    const table = `${SOURCE_SCHEMA}.${dataset.name}`;
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${SOURCE_SCHEMA}; DROP TABLE IF EXISTS ${table}`);
    await client.query(createStatement(dataset, table, null));
  });
}

function address({ host, port, database }: Side): string {
  return `postgres://postgres@${host}:${port}/${database}?sslmode=disable`;
}
