import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openEngine } from '../../../src/core/engine.ts';
import { systemPorts } from '../../../src/core/ports.ts';
import { loadSettings, settingsFile } from '../../../src/core/settings/load.ts';
import { atBranch, fromCentral } from '../../support/branch.ts';
import { freshDatabases } from '../../support/databases.ts';
import { listen, makeHome } from '../../support/home.ts';

test('two connections are synced in one batch, the largest table of each first', async () => {
  await using lampung = await freshDatabases();
  await using bandung = await freshDatabases();
  for (const pair of [lampung, bandung]) {
    await atBranch(
      pair,
      'CREATE TABLE a_small (id int PRIMARY KEY)',
      'INSERT INTO a_small SELECT generate_series(1, 10)',
      'CREATE TABLE z_large (id int PRIMARY KEY, note text)',
      "INSERT INTO z_large SELECT n, repeat('x', 500) FROM generate_series(1, 2000) n",
    );
  }
  // Tables of one chunk go out before all others.
  using home = makeHome(lampung, { sync: { parallelTables: 1, chunkRows: 5 } });
  const { host, port, database, user, password } = bandung.source;
  appendFileSync(join(home.folder, 'pgpass'), `*:*:${database}:*:${password}\n`);
  const file = JSON.parse(readFileSync(settingsFile(home.folder), 'utf8'));
  file.connections.push({
    ...file.connections[0],
    id: 'pgsql_bdg',
    label: 'Bandung',
    host,
    port,
    database,
    user,
  });
  writeFileSync(settingsFile(home.folder), JSON.stringify(file));
  const ports = systemPorts({ log: () => {} });
  await using engine = openEngine(ports, { folder: home.folder, settings: loadSettings(home.folder) });
  const events = listen(engine);

  const batch = await engine.syncAll({ trigger: 'cli' });

  expect(batch).toMatchObject({ status: 'completed', total_tables: 4 });
  const started = events.flatMap((one) => (one.type === 'table_started' ? [one] : []));
  for (const id of ['pgsql_lmp', 'pgsql_bdg']) {
    expect(started.filter((one) => one.connection === id).map((one) => one.table)).toEqual([
      'z_large',
      'a_small',
    ]);
  }
  expect(
    await fromCentral(lampung, 'SELECT source_connection, count(*) FROM z_large GROUP BY 1 ORDER BY 1'),
  ).toEqual([
    ['pgsql_bdg', '2000'],
    ['pgsql_lmp', '2000'],
  ]);
});
