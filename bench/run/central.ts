import type { Dataset } from '../data/dataset.ts';
import { asCentral, asOwner, type Bench } from '../setUp.ts';
import { CONNECTION } from './cli.ts';

/** Resets central as if Branchline had never copied these tables. */
export async function forgetTables(bench: Bench, datasets: readonly Dataset[]): Promise<void> {
  const schema = bench.options.layout === 'schema' ? CONNECTION : 'public';
  await asCentral(bench, async (client) => {
    for (const { name } of datasets) {
      await client.query(`DROP TABLE IF EXISTS ${schema}.${name}`);
    }
    const known = await client.query("SELECT FROM pg_tables WHERE schemaname = 'branchline'");
    if (known.rowCount === 0) return;
    const names = datasets.map(({ name }) => name);
    await client.query('DELETE FROM branchline.checkpoints WHERE table_name = ANY ($1)', [names]);
  });
}

/** What autovacuum would have done by the next day: hint bits and statistics. */
export async function vacuumCentral({ central }: Bench): Promise<void> {
  await asOwner(central.server, (client) => client.query('VACUUM ANALYZE'));
}
