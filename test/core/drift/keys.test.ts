import { expect, test } from 'vitest';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { freshDatabases } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';
import { verifyTable } from '../compare/support.ts';

const LINES = [
  'CREATE TABLE lines (id int PRIMARY KEY, line int NOT NULL, code text COLLATE "C" NOT NULL)',
  "INSERT INTO lines VALUES (1, 1, 'a'), (2, 1, 'b')",
];
const MIRROR = { central: { layout: 'schema' } };
const AT_MIRROR = 'SELECT * FROM pgsql_lmp.lines ORDER BY id, line';

test('a changed key is followed in a mirror where the rows there fit it', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...LINES);
  using home = makeHome(pair, MIRROR);
  await using engine = home.open();
  await sync(engine);
  await atBranch(
    pair,
    'ALTER TABLE lines DROP CONSTRAINT lines_pkey, ADD PRIMARY KEY (id, line)',
    "INSERT INTO lines VALUES (1, 2, 'c')",
    'DELETE FROM lines WHERE id = 2',
  );

  expect((await sync(engine)).table('lines')).toMatchObject({ error_message: null, status: 'completed' });

  expect(await fromCentral(pair, AT_MIRROR)).toEqual([
    ['1', '1', 'a'],
    ['1', '2', 'c'],
  ]);
});

test('a changed key that the rows in a mirror do not fit fails with the SQL, after which all comes again', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...LINES);
  using home = makeHome(pair, MIRROR);
  await using engine = home.open();
  await sync(engine);
  await atBranch(
    pair,
    'ALTER TABLE lines DROP CONSTRAINT lines_pkey, ADD COLUMN nr serial, ADD PRIMARY KEY (nr)',
    "INSERT INTO lines VALUES (1, 2, 'c')",
  );

  const refused = (await sync(engine)).table('lines');
  await atCentral(pair, String(refused.error_detail?.params.sql));
  const mended = await sync(engine);

  expect(refused.error_detail).toMatchObject({
    code: 'central_key_missing',
    params: { columns: '"nr"', sql: 'DROP TABLE "pgsql_lmp"."lines";' },
  });
  expect(mended.table('lines')).toMatchObject({ status: 'completed', records_processed: 3 });
});

test('verify offers the same SQL as a sync where the rows in a mirror do not fit the new key', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...LINES);
  using home = makeHome(pair, MIRROR);
  await using engine = home.open();
  await sync(engine);
  await atBranch(
    pair,
    'UPDATE lines SET line = id + 1',
    'ALTER TABLE lines DROP CONSTRAINT lines_pkey, ADD PRIMARY KEY (line)',
  );

  const { failure } = await verifyTable(engine, 'lines', true);

  const sql = 'DROP TABLE "pgsql_lmp"."lines";';
  expect(failure).toMatchObject({ code: 'central_key_missing', params: { columns: '"line"', sql } });
  expect((await sync(engine)).table('lines').error_detail?.params.sql).toBe(sql);
  await atCentral(pair, sql);
  expect((await sync(engine)).table('lines')).toMatchObject({ status: 'completed', records_processed: 2 });
});

test('a key dropped at the branch is dropped in a mirror, so that double rows fit', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...LINES);
  using home = makeHome(pair, MIRROR);
  await using engine = home.open();
  await sync(engine);
  await atBranch(
    pair,
    'ALTER TABLE lines DROP CONSTRAINT lines_pkey, ALTER id DROP NOT NULL',
    'INSERT INTO lines TABLE lines',
    "INSERT INTO lines VALUES (NULL, 9, 'n')",
  );

  expect((await sync(engine)).table('lines')).toMatchObject({ error_message: null, status: 'completed' });
  expect(await fromCentral(pair, 'SELECT count(*), count(id) FROM pgsql_lmp.lines')).toEqual([['5', '4']]);
});

test('a changed key in a table that branches share fails with the SQL that adds it', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...LINES, 'CREATE TABLE good (id int PRIMARY KEY)');
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atBranch(pair, 'ALTER TABLE lines DROP CONSTRAINT lines_pkey, ADD PRIMARY KEY (code)');

  const { table } = await sync(engine);

  expect(table('lines').error_detail).toMatchObject({
    code: 'central_key_missing',
    params: { sql: 'ALTER TABLE "public"."lines" ADD UNIQUE ("source_connection", "code");' },
  });
  expect(table('good').status).toBe('completed');
});

test('a table that gets its first key is told apart by it from then on', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, 'CREATE TABLE note (id int, line text)', "INSERT INTO note VALUES (1, 'a'), (2, 'b')");
  using home = makeHome(pair);
  await using engine = home.open();
  const before = await sync(engine);
  await atBranch(pair, 'ALTER TABLE note ADD PRIMARY KEY (id)', "UPDATE note SET line = 'c' WHERE id = 2");

  const after = await sync(engine);

  expect(before.table('note').strategy).toBe('replace');
  expect(after.table('note')).toMatchObject({ error_message: null, status: 'completed' });
  expect(after.table('note').strategy).not.toBe('replace');
  expect(await fromCentral(pair, 'SELECT * FROM note ORDER BY id')).toEqual([
    [CONNECTION, '1', 'a'],
    [CONNECTION, '2', 'c'],
  ]);
});

test('rows in a shared table that keep its key from being added are named by SQL that spares other branches', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...LINES);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atCentral(
    pair,
    'ALTER TABLE lines DROP CONSTRAINT lines_pkey',
    'INSERT INTO lines SELECT (jsonb_populate_record(l, \'{"source_connection": "pgsql_bdg"}\')).* FROM lines l',
    'INSERT INTO lines SELECT * FROM lines LIMIT 1',
  );
  const before = await fromCentral(pair, 'SELECT count(DISTINCT lines) FROM lines');

  const refused = (await sync(engine)).table('lines');
  expect(refused.error_code).toBe('central_key_missing');
  await atCentral(pair, String(refused.error_detail?.params.sql));

  expect(await fromCentral(pair, 'SELECT count(*) FROM lines')).toEqual(before);
  expect((await sync(engine)).table('lines')).toMatchObject({ error_message: null, status: 'completed' });
});
