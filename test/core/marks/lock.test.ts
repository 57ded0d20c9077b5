import { expect, test } from 'vitest';
import { DEFAULT_TIMEOUTS } from '../../../src/core/postgres/session.ts';
import { loadSettings } from '../../../src/core/settings/load.ts';
import { openSource } from '../../../src/core/source/openSource.ts';
import { atBranch } from '../../support/branch.ts';
import { freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';

test('from before its snapshot to its end, a table cannot be rewritten or emptied under a pass', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE item (id int PRIMARY KEY, amount int)',
    'INSERT INTO item VALUES (1, 1)',
  );
  using home = makeHome(pair);
  const [endpoint] = loadSettings(home.folder).connections;
  if (endpoint === undefined) throw new Error('the home has a connection');
  const { folder } = home;
  const about = { side: 'source', connection: endpoint.id, applicationName: 'test' } as const;
  const source = await openSource({ ...about, endpoint, folder, timeouts: DEFAULT_TIMEOUTS });
  const [item] = await source.readTables(endpoint, ['item']);
  if (item === undefined) throw new Error('the branch has the table');

  const snapshot = await source.openSnapshot(item, { shapeDigest: '' });

  // Neither is safe for an older snapshot: the table would look empty to it.
  for (const change of ['ALTER TABLE item ALTER amount TYPE bigint', 'TRUNCATE item']) {
    await expect(atBranch(pair, "SET lock_timeout = '100ms'", change)).rejects.toThrow('lock timeout');
  }
  await snapshot.close();
  await atBranch(pair, "SET lock_timeout = '5s'", 'ALTER TABLE item ALTER amount TYPE bigint');
  // What the pass knew of its columns is no longer so, and it says so instead of reading.
  const again = source.openSnapshot(item, { shapeDigest: '' });
  await expect(again).rejects.toThrow('the columns of item have changed');
  await source.close();
});
