import { expect, test } from 'vitest';
import { readTables } from '../../../src/core/catalogue/read.ts';
import { DEFAULT_TIMEOUTS, Session } from '../../../src/core/postgres/session.ts';
import { loadSettings } from '../../../src/core/settings/load.ts';
import { closeSnapshot, openSnapshot } from '../../../src/core/source/snapshot.ts';
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
  await using session = await Session.open({ ...about, endpoint, folder, timeouts: DEFAULT_TIMEOUTS });
  const version = session.version();
  const [item] = await readTables(session, version, 'adempiere', ['item']);
  if (item === undefined) throw new Error('the branch has the table');

  const snapshot = await openSnapshot(session, version, item);

  // Neither is safe for an older snapshot: the table would look empty to it.
  for (const change of ['ALTER TABLE item ALTER amount TYPE bigint', 'TRUNCATE item']) {
    await expect(atBranch(pair, "SET lock_timeout = '100ms'", change)).rejects.toThrow('lock timeout');
  }
  await closeSnapshot(snapshot);
  await atBranch(pair, "SET lock_timeout = '5s'", 'ALTER TABLE item ALTER amount TYPE bigint');
  // What the pass knew of its columns is no longer so, and it says so instead of reading.
  await expect(openSnapshot(session, version, item)).rejects.toThrow('the columns of item have changed');
});
