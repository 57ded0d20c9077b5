import { type Dataset, SOURCE_SCHEMA } from '../data/dataset.ts';
import { asOwner, type Bench, type SshWay } from '../setUp.ts';
import { timed } from './shell.ts';

/** What an administrator would type, into empty tables: `pg_dump | ssh -C | psql`. @returns seconds */
export async function runPgDump(
  bench: Bench,
  pgDump: string,
  ssh: SshWay,
  datasets: readonly Dataset[],
): Promise<{ readonly seconds: number }> {
  const { source, central, passfile } = bench;
  await asOwner(central.server, async (client) => {
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${SOURCE_SCHEMA}`);
    for (const { name } of datasets) await client.query(`DROP TABLE IF EXISTS ${SOURCE_SCHEMA}.${name}`);
  });
  const place = ({ host, port, database }: Bench['source']): string =>
    `-h ${host} -p ${port} -U postgres ${database}`;
  const tables = datasets.map(({ name }) => `-t ${SOURCE_SCHEMA}.${name}`).join(' ');
  const dump = `${pgDump} --no-owner --no-privileges ${tables} ${place(source)}`;
  const unattended =
    '-o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR';
  const way = `ssh -C ${unattended} -i ${ssh.keyFile} -p ${ssh.port} ${ssh.user}@${ssh.host}`;
  const there = `PGPASSFILE=${passfile} psql -q -v ON_ERROR_STOP=1 ${place(central)}`;
  const { seconds } = await timed('bash', ['-c', `set -o pipefail; ${dump} | ${way} '${there}'`], {
    PGPASSFILE: passfile,
  });
  return { seconds };
}
