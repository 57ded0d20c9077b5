import { expect, test } from 'vitest';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { freshDatabases } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';

const TABLES = ['CREATE TABLE good (id int PRIMARY KEY)', 'INSERT INTO good SELECT generate_series(1, 10)'];

test('a table that may not be read fails alone, and says what is missing', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    ...TABLES,
    'CREATE TABLE secret (id int PRIMARY KEY)',
    'REVOKE ALL ON secret FROM branchline_read',
  );
  using home = makeHome(pair);
  await using engine = home.open();

  const { batch, table } = await sync(engine);

  expect(batch.status).toBe('failed');
  expect(table('good')).toMatchObject({ status: 'completed', records_processed: 10 });
  expect(table('secret')).toMatchObject({ status: 'failed', error_code: 'source_permission' });
  expect(table('secret').error_message).toContain('permission denied for table secret');
});

test('a column whose type does not fit fails its table with both types', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    ...TABLES,
    'CREATE TABLE odd (id int PRIMARY KEY, at date)',
    "INSERT INTO odd VALUES (1, '2025-11-08')",
  );
  await atCentral(
    pair,
    'CREATE TABLE odd (id int PRIMARY KEY, at integer)',
    'ALTER TABLE odd OWNER TO branchline',
  );
  using home = makeHome(pair);
  await using engine = home.open();

  const { table } = await sync(engine);

  expect(table('good').status).toBe('completed');
  expect(table('odd').error_detail).toMatchObject({
    code: 'column_incompatible',
    params: { column: 'at', sourceType: 'date', centralType: 'integer' },
  });
});

test('a central table without the key is named, with the SQL that adds it', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...TABLES);
  await atCentral(pair, 'CREATE TABLE good (id int)', 'ALTER TABLE good OWNER TO branchline');
  using home = makeHome(pair);
  await using engine = home.open();

  const { table } = await sync(engine);

  expect(table('good').error_detail).toMatchObject({
    code: 'central_key_missing',
    params: { sql: 'ALTER TABLE "public"."good" ADD UNIQUE ("id");' },
  });
});

test('an emptied table at the branch stops and asks, and loses nothing', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE stock (id int PRIMARY KEY)',
    'INSERT INTO stock SELECT generate_series(1, 5000)',
  );
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atBranch(pair, 'TRUNCATE stock');

  const braked = await sync(engine);
  expect(braked.table('stock').error_detail).toMatchObject({
    code: 'too_many_deletes',
    params: { deletes: 5000, rows: 5000 },
  });
  expect(await fromCentral(pair, 'SELECT count(*) FROM stock')).toEqual([['5000']]);

  const allowed = await sync(engine, { allowDeletes: true });
  expect(allowed.table('stock')).toMatchObject({ status: 'completed', records_deleted: 5000 });
  expect(await fromCentral(pair, 'SELECT count(*) FROM stock')).toEqual([['0']]);
});

test('rows of more than a fifth are braked too where they go bit by bit', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE stock (id int PRIMARY KEY)',
    'INSERT INTO stock SELECT generate_series(1, 5000)',
  );
  using home = makeHome(pair, { sync: { chunkRows: 100 } });
  await using engine = home.open();
  await sync(engine);
  await atBranch(pair, 'DELETE FROM stock WHERE id % 2 = 0');

  const { table } = await sync(engine);

  expect(table('stock').error_code).toBe('too_many_deletes');
});

test('a connection that points at another database stops before it writes', async () => {
  await using pair = await freshDatabases();
  await using cloned = await freshDatabases();
  await atBranch(pair, ...TABLES);
  await atBranch(cloned, 'CREATE TABLE good (id int PRIMARY KEY)');
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  using moved = makeHome({ ...pair, source: cloned.source });
  await using other = moved.open();

  const { table } = await sync(other);

  expect(table('good').error_code).toBe('source_identity_changed');
  expect(await fromCentral(pair, 'SELECT count(*) FROM good')).toEqual([['10']]);

  const accepted = await sync(other, { acceptSources: [CONNECTION] });

  expect(accepted.table('good')).toMatchObject({
    status: 'completed',
    strategy: 'compare',
    records_deleted: 10,
  });
  expect((await sync(other)).batch.status).toBe('completed');
});

test('where the central role may not make its schema, the failure says so', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...TABLES);
  await atCentral(pair, `REVOKE CREATE ON DATABASE ${pair.central.database} FROM branchline`);
  using home = makeHome(pair);
  await using engine = home.open();

  const { batch, table } = await sync(engine);

  expect(batch.status).toBe('failed');
  expect(table('good').error_code).toBe('central_set_up_denied');
});
