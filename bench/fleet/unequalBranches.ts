import type pg from 'pg';
import { connectTo } from '../../test/support/servers.ts';
import { type Dataset, SOURCE_SCHEMA } from '../data/dataset.ts';
import type { Layout } from './agents.ts';
import type { Branches } from './branches.ts';
import type { CentralDatabase, HeadOffice } from './headOffice.ts';

/** How many rows a table of a branch has, and a digest of all of them, by the branch's id and the table. */
type Contents = ReadonlyMap<string, string>;

/** @returns the tables of branches, as `branch/table`, that head office does not have as the branch has them */
export async function unequalBranches(
  { server, all, datasets }: Branches,
  headOffice: HeadOffice,
  { direct }: CentralDatabase,
  layout: Layout,
): Promise<readonly string[]> {
  const client = await connectTo(headOffice.server, direct.database);
  try {
    const unequal: string[] = [];
    for (const { id, database } of all) {
      const branch = await connectTo(server, database.database);
      const here = await contentsOf(branch, datasets, SOURCE_SCHEMA, null).finally(() => branch.end());
      const there =
        layout === 'schema'
          ? await contentsOf(client, datasets, id, null)
          : await contentsOf(client, datasets, 'public', id);
      for (const [table, digest] of here) if (there.get(table) !== digest) unequal.push(`${id}/${table}`);
    }
    return unequal;
  } finally {
    await client.end();
  }
}

async function contentsOf(
  client: pg.Client,
  datasets: readonly Dataset[],
  schema: string,
  stamp: string | null,
): Promise<Contents> {
  const where = stamp === null ? '' : `WHERE source_connection = '${stamp}'`;
  const selects = datasets.map(({ name, columns }) => {
    const row = `ROW(${columns.map(([column]) => column).join(', ')})::text`;
    return `SELECT '${name}' AS name, count(*) || ' ' || coalesce(sum(hashtextextended(${row}, 0)::numeric), 0) AS digest
      FROM ${schema}.${name} ${where}`;
  });
  const { rows } = await client.query<{ name: string; digest: string }>(selects.join(' UNION ALL '));
  return new Map(rows.map(({ name, digest }) => [name, digest]));
}
