import { expect, test } from 'vitest';
import { atBranch, fromCentral, sync } from '../../support/branch.ts';
import { freshDatabases } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';

const ITEM = [
  'CREATE TABLE item (id int PRIMARY KEY, name text)',
  "INSERT INTO item VALUES (1, 'kopi'), (2, 'teh')",
];
const ROWS = [
  [CONNECTION, '1', 'kopi'],
  [CONNECTION, '2', 'teh'],
];

test('a view is taken by its name only, whole each time', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    ...ITEM,
    'CREATE VIEW item_view AS SELECT * FROM item',
    'CREATE VIEW unnamed AS SELECT * FROM item',
    'GRANT SELECT ON ALL TABLES IN SCHEMA adempiere TO branchline_read',
  );
  using home = makeHome(pair, { connection: { tables: ['*', 'item_view'] } });
  await using engine = home.open();
  const { batch, table } = await sync(engine);
  await atBranch(pair, 'DELETE FROM item WHERE id = 1');
  await sync(engine);

  expect(batch.total_tables).toBe(2);
  expect(table('item_view')).toMatchObject({ status: 'completed', strategy: 'replace' });
  expect(await fromCentral(pair, 'SELECT * FROM item_view')).toEqual(ROWS.slice(1));
});

test('a materialized view arrives as it was last refreshed', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    ...ITEM,
    'CREATE MATERIALIZED VIEW item_list AS SELECT * FROM item',
    'CREATE UNIQUE INDEX ON item_list (id)',
    'DELETE FROM item',
    'GRANT SELECT ON item_list TO branchline_read',
  );
  using home = makeHome(pair, { connection: { tables: ['item_list'] } });
  await using engine = home.open();

  expect((await sync(engine)).table('item_list').status).toBe('completed');
  expect(await fromCentral(pair, 'SELECT * FROM item_list ORDER BY id')).toEqual(ROWS);
});

test('a foreign table arrives through the server that it leads to', async () => {
  await using pair = await freshDatabases();
  await using elsewhere = await freshDatabases();
  await atBranch(elsewhere, ...ITEM);
  const { host, port, database, user, password } = elsewhere.source;
  await atBranch(
    pair,
    'CREATE EXTENSION postgres_fdw',
    `CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '${host}', port '${port}', dbname '${database}')`,
    `CREATE USER MAPPING FOR PUBLIC SERVER elsewhere OPTIONS (user '${user}', password '${password}')`,
    `CREATE FOREIGN TABLE item_there (id int, name text) SERVER elsewhere OPTIONS (schema_name 'adempiere', table_name 'item')`,
    'GRANT SELECT ON item_there TO branchline_read',
  );
  using home = makeHome(pair, { connection: { tables: ['item_there'] } });
  await using engine = home.open();

  expect((await sync(engine)).table('item_there')).toMatchObject({
    error_message: null,
    status: 'completed',
  });
  expect(await fromCentral(pair, 'SELECT * FROM item_there ORDER BY id')).toEqual(ROWS);
});

test('row-level security fails the table instead of hiding rows, unless the role may pass it', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    ...ITEM,
    'CREATE TABLE open_one (id int PRIMARY KEY)',
    'ALTER TABLE item ENABLE ROW LEVEL SECURITY',
    'CREATE POLICY first_only ON item USING (id = 1)',
  );
  using home = makeHome(pair);
  await using engine = home.open();

  const refused = await sync(engine);
  // A table's owner is not bound by its policies.
  await atBranch(pair, 'ALTER TABLE item OWNER TO branchline_read');
  const allowed = await sync(engine);

  expect(refused.table('item')).toMatchObject({ status: 'failed', error_code: 'source_row_security' });
  expect(refused.table('item').error_message).toContain('row-level security');
  expect(refused.table('open_one').status).toBe('completed');
  expect(allowed.table('item').status).toBe('completed');
  expect(await fromCentral(pair, 'SELECT * FROM item ORDER BY id')).toEqual(ROWS);
});

test('a table without the right to SELECT fails alone, clearly', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    ...ITEM,
    'CREATE TABLE secret (id int PRIMARY KEY)',
    'CREATE TABLE half_secret (id int PRIMARY KEY, salary numeric)',
    'REVOKE ALL ON secret, half_secret FROM branchline_read',
    'GRANT SELECT (id) ON half_secret TO branchline_read',
  );
  using home = makeHome(pair);
  await using engine = home.open();

  const { table } = await sync(engine);

  for (const name of ['secret', 'half_secret']) {
    expect(table(name)).toMatchObject({ status: 'failed', error_code: 'source_permission' });
    expect(table(name).error_message).toContain(`permission denied for table ${name}`);
  }
  expect(table('item').status).toBe('completed');
});

test('1,600 columns do not fit beside the stamp, and the failure says which layout takes them', async () => {
  await using pair = await freshDatabases();
  const columns = Array.from({ length: 1599 }, (_, index) => `c${index} smallint`);
  await atBranch(pair, ...ITEM, `CREATE TABLE wide (id int PRIMARY KEY, ${columns.join(', ')})`);
  using home = makeHome(pair);
  await using engine = home.open();

  const { table } = await sync(engine);

  expect(table('wide').error_detail).toMatchObject({ code: 'too_many_columns', params: { columns: 1600 } });
  expect(table('item').status).toBe('completed');
});

test('a column named source_connection is refused beside the stamp, and kept in a mirror', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    ...ITEM,
    'CREATE TABLE routed (id int PRIMARY KEY, source_connection text)',
    "INSERT INTO routed VALUES (1, 'theirs')",
  );
  using stamped = makeHome(pair);
  await using engine = stamped.open();
  const refused = await sync(engine);
  using mirrored = makeHome(pair, { central: { layout: 'schema' } });
  await using other = mirrored.open();
  const mirror = await sync(other);

  expect(refused.table('routed')).toMatchObject({
    status: 'failed',
    error_code: 'stamp_column_taken',
    error_detail: { params: { column: 'source_connection' } },
  });
  expect(refused.table('item').status).toBe('completed');
  expect(mirror.table('routed').status).toBe('completed');
  expect(await fromCentral(pair, 'SELECT * FROM pgsql_lmp.routed')).toEqual([['1', 'theirs']]);
});
