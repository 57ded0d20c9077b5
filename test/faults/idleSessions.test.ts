import { expect, test } from 'vitest';
import { CENTRAL_ROLE } from '../../src/demo/endpoint.ts';
import { atBranch, atCentral, fromCentral, sync } from '../support/branch.ts';
import { freshDatabases } from '../support/databases.ts';
import { listen, makeHome } from '../support/home.ts';

test('head office ends sessions that are idle for a second; chunks that take longer arrive (D11)', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    // One without a key, one with: the first rows of both, and later ones, let central wait.
    `CREATE VIEW slow AS SELECT g AS id, pg_sleep(CASE WHEN g IN (1, 3) THEN 2.5 ELSE 0 END)::text AS s
     FROM generate_series(1, 4) g`,
    'GRANT SELECT ON slow TO PUBLIC',
    'CREATE TABLE item (id int PRIMARY KEY, note text)',
    "INSERT INTO item SELECT g, 'n' || g FROM generate_series(1, 30) g",
  );
  const database = pair.central.database;
  await atCentral(pair, `ALTER ROLE ${CENTRAL_ROLE} IN DATABASE ${database} SET idle_session_timeout = '1s'`);
  using home = makeHome(pair, {
    connection: { tables: ['slow', 'item'] },
    sync: { chunkRows: 10, parallelTables: 1 },
  });
  await using engine = home.open();
  const events = listen(engine);
  const branch = await pair.source.connectAdmin();
  await branch.query('BEGIN; LOCK TABLE adempiere.item IN ACCESS EXCLUSIVE MODE');
  const released = branch.query('SELECT pg_sleep(4)').then(() => branch.query('COMMIT'));

  const { batch } = await sync(engine);

  await released;
  await branch.end();
  expect(batch.status).toBe('completed');
  expect(events.filter((one) => one.type === 'table_retrying')).toEqual([]);
  expect(await fromCentral(pair, 'SELECT (SELECT count(*) FROM slow), (SELECT count(*) FROM item)')).toEqual([
    ['4', '30'],
  ]);
});
