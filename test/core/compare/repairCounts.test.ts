import { expect, test } from 'vitest';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import { verifyTable } from './support.ts';

const ITEM = [
  'CREATE TABLE item (id int PRIMARY KEY, name text)',
  "INSERT INTO item SELECT n, 'item ' || n FROM generate_series(1, 5000) n",
];

/** What the checkpoint says head office has, and what it has. */
async function counts(pair: DatabasePair, table: string): Promise<readonly (string | null)[]> {
  const [row] = await fromCentral(
    pair,
    `SELECT (SELECT central_rows FROM branchline.checkpoints WHERE table_name = '${table}'),
       (SELECT count(*) FROM ${table} WHERE source_connection = 'pgsql_lmp')`,
  );
  return row ?? [];
}

const EDITS = {
  'somebody has added': ["INSERT INTO item SELECT 'pgsql_lmp', n FROM generate_series(6001, 6100) n"],
  'somebody has removed': ['DELETE FROM item WHERE id <= 100'],
  'somebody has added and others are changed': [
    "INSERT INTO item SELECT 'pgsql_lmp', n FROM generate_series(6001, 6100) n",
    "UPDATE item SET name = 'x' WHERE id % 7 = 0",
  ],
  'another branch has, too': ["INSERT INTO item SELECT 'pgsql_bdg', n FROM generate_series(1, 100) n"],
};

for (const chunkRows of [1000, 10_000]) {
  for (const [what, edits] of Object.entries(EDITS)) {
    test(`a repair leaves the true count of rows that ${what}, ${chunkRows} rows a chunk`, async () => {
      await using pair = await freshDatabases();
      await atBranch(pair, ...ITEM);
      using home = makeHome(pair, { sync: { chunkRows } });
      await using engine = home.open();
      await sync(engine);
      await atCentral(pair, ...edits);
      await atBranch(pair, 'DELETE FROM item WHERE id BETWEEN 200 AND 249');

      expect(await verifyTable(engine, 'item', true)).toMatchObject({ result: 'repaired' });

      expect(await counts(pair, 'item')).toEqual(['4950', '4950']);
    });
  }
}

test('a repair of a table without a key leaves the true count', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE note (name text)',
    "INSERT INTO note SELECT 'x' FROM generate_series(1, 100)",
  );
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atCentral(pair, "INSERT INTO note SELECT 'pgsql_lmp', 'y' FROM generate_series(1, 10)");

  expect(await verifyTable(engine, 'note', true)).toMatchObject({ result: 'repaired' });

  expect(await counts(pair, 'note')).toEqual(['100', '100']);
});
