import { expect, test } from 'vitest';
import { atBranch, atCentral, fromCentral, run, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';
import { startServer, type TestServer } from '../../support/servers.ts';
import { verifyTable } from '../compare/support.ts';

/** Makes head office's table with this branch's partition on a second server, through postgres_fdw. */
async function partitionOn(pair: DatabasePair, far: TestServer, columns: string, key: string): Promise<void> {
  await far.createDatabase('far');
  const client = await far.connect('far');
  await client.query(`CREATE TABLE rows_far (source_connection text NOT NULL, ${columns}${key})`);
  await client.query('GRANT ALL ON rows_far TO branchline');
  await client.end();
  await atCentral(
    pair,
    'CREATE EXTENSION postgres_fdw',
    `CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '${far.host}', port '${far.port}', dbname 'far')`,
    `CREATE USER MAPPING FOR branchline SERVER far OPTIONS (user 'branchline', password '${far.password}')`,
    `CREATE USER MAPPING FOR postgres SERVER far OPTIONS (user 'postgres', password '${far.password}')`,
    `CREATE TABLE note (source_connection text NOT NULL DEFAULT current_setting('branchline.connection', true), ${columns})
       PARTITION BY LIST (source_connection)`,
    `CREATE FOREIGN TABLE note_far PARTITION OF note FOR VALUES IN ('${CONNECTION}') SERVER far OPTIONS (table_name 'rows_far')`,
    'ALTER TABLE note OWNER TO branchline',
    'ALTER FOREIGN TABLE note_far OWNER TO branchline',
  );
}

const NOTES = 'SELECT text, at FROM note ORDER BY 1, 2';

test('a table without a key may have its partition on another server', async () => {
  await using far = await startServer();
  // Its own: an open transaction of another test would make rows count as newer than the last sync.
  await using sourceServer = await startServer();
  await using pair = await freshDatabases({ sourceServer });
  await atBranch(
    pair,
    'CREATE TABLE note (text text, at int)',
    "INSERT INTO note SELECT 'n' || n, n FROM generate_series(1, 500) n",
    "INSERT INTO note VALUES ('n1', 1), (NULL, NULL)",
  );
  await partitionOn(pair, far, 'text text, at int', '');
  using home = makeHome(pair, { central: { layout: 'stamp' } });
  await using engine = home.open();

  const loaded = (await sync(engine)).table('note');
  const first = await fromCentral(pair, NOTES);
  await atBranch(pair, "UPDATE note SET text = 'new' WHERE at = 7", 'DELETE FROM note WHERE at = 8');
  const changed = (await sync(engine)).table('note');
  const second = await fromCentral(pair, NOTES);
  const equal = await verifyTable(engine, 'note');
  await run(pair.central, "UPDATE note SET text = 'wrong' WHERE at = 9");
  const differs = await verifyTable(engine, 'note');
  const repaired = await verifyTable(engine, 'note', true);

  expect(loaded).toMatchObject({ error_message: null, status: 'completed' });
  expect(first).toHaveLength(502);
  expect(changed).toMatchObject({ error_message: null, status: 'completed' });
  expect(second).toHaveLength(501);
  expect(second).toContainEqual(['new', '7']);
  expect([equal.result, differs.result, repaired.result]).toEqual(['equal', 'differs', 'repaired']);
  const there = await far.connect('far');
  const { rows } = await there.query('SELECT count(*)::int AS rows FROM rows_far');
  await there.end();
  expect(rows).toEqual([{ rows: 501 }]);
});

test('while the other server is away, the table fails alone, and goes on when it is back', async () => {
  await using far = await startServer();
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE note (text text, at int)',
    "INSERT INTO note VALUES ('a', 1)",
    'CREATE TABLE item (id int PRIMARY KEY)',
    'INSERT INTO item VALUES (1)',
  );
  await partitionOn(pair, far, 'text text, at int', '');
  using home = makeHome(pair, { central: { layout: 'stamp' } });
  await using engine = home.open();
  await sync(engine);
  await atBranch(pair, "UPDATE note SET text = 'b'");
  await far.kill();

  const away = await sync(engine);
  await far.restart();
  const back = await sync(engine);

  expect(away.table('note').status).toBe('failed');
  expect(away.table('item').status).toBe('completed');
  expect(back.table('note')).toMatchObject({ error_message: null, status: 'completed' });
  expect(await fromCentral(pair, NOTES)).toEqual([['b', '1']]);
});

test('a table with a key cannot: PostgreSQL has no unique key over partitions of other servers', async () => {
  await using far = await startServer();
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE note (id int PRIMARY KEY, text text)',
    "INSERT INTO note VALUES (1, 'a')",
  );
  await partitionOn(pair, far, 'id int, text text', ', PRIMARY KEY (source_connection, id)');
  using home = makeHome(pair, { central: { layout: 'stamp' } });
  await using engine = home.open();

  const refused = (await sync(engine)).table('note');

  expect(refused).toMatchObject({ status: 'failed' });
  expect(await fromCentral(pair, 'SELECT count(*) FROM note')).toEqual([['0']]);
  expect(refused.error_code).toBe('central_key_missing');
});
