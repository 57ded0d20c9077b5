import { createStatement, type Dataset, SOURCE_SCHEMA } from '../data/dataset.ts';
import { asCentral, type Bench, type Side } from '../setUp.ts';
import { CONNECTION } from './cli.ts';
import { timed } from './shell.ts';

/** Schema of the reference's tables, next to Branchline's, with the same columns and key. */
const SCHEMA = 'pipe';

/** As Branchline defines it: the server fills in the id, so it is not sent. */
const STAMP = `source_connection text COLLATE "C" NOT NULL DEFAULT current_setting('branchline.connection', true)`;

/** Creates the empty tables that the pipe loads into. */
export async function makePipeTables(bench: Bench, datasets: readonly Dataset[]): Promise<void> {
  await asCentral(bench, async (client) => {
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${SCHEMA}`);
    for (const dataset of datasets) {
      const table = `${SCHEMA}.${dataset.name}`;
      await client.query(`DROP TABLE IF EXISTS ${table}`);
      await client.query(createStatement(dataset, table, bench.options.layout === 'stamp' ? STAMP : null));
    }
  });
}

/**
 * Loads tables with `psql COPY | psql COPY` in binary format, one pipe per table, all in parallel.
 *
 * @returns seconds of wall time
 */
export async function runPipes(
  bench: Bench,
  psql: string,
  datasets: readonly Dataset[],
  format: 'binary' | 'text' = 'binary',
): Promise<number> {
  const started = performance.now();
  await Promise.all(datasets.map((dataset) => runPipe(bench, psql, dataset, format)));
  return (performance.now() - started) / 1000;
}

async function runPipe(
  bench: Bench,
  psql: string,
  { name, columns }: Dataset,
  format: string,
): Promise<void> {
  const list = columns.map(([column]) => column).join(', ');
  const quiet = '-X -q -v ON_ERROR_STOP=1';
  await timed(
    '/bin/sh',
    ['-c', `"$PSQL" ${quiet} -d "$FROM" -c "$OUT" | "$PSQL" ${quiet} -d "$TO" -c "$IN"`],
    {
      PSQL: psql,
      FROM: address(bench.source),
      TO: address(bench.central),
      OUT: `COPY ${SOURCE_SCHEMA}.${name} TO STDOUT (FORMAT ${format})`,
      IN: `COPY ${SCHEMA}.${name} (${list}) FROM STDIN (FORMAT ${format})`,
      PGPASSFILE: bench.passfile,
      PGOPTIONS: `-c branchline.connection=${CONNECTION}`,
    },
  );
}

function address({ host, port, database, user }: Side): string {
  return `host=${host} port=${port} dbname=${database} user=${user} sslmode=disable`;
}
