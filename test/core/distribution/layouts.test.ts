import { expect, test } from 'vitest';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { freshDatabases, settled } from '../../support/databases.ts';
import { installFakeCitus } from '../../support/fakeCitus.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';

const TABLES = [
  'CREATE TABLE item (id int PRIMARY KEY, name text)',
  "INSERT INTO item VALUES (1, 'kopi'), (2, 'teh')",
  'CREATE TABLE note (text text)',
  "INSERT INTO note VALUES ('a')",
];

const DISTRIBUTED =
  'SELECT table_name, citus_table_type, distribution_column FROM citus_tables ORDER BY table_name::text';

test('where Citus is installed, tables of layout stamp are distributed by the branch', async () => {
  await using pair = await freshDatabases();
  await installFakeCitus(pair.central);
  await atBranch(pair, ...TABLES);
  using home = makeHome(pair, { central: { layout: 'stamp' } });
  await using engine = home.open();

  const { batch } = await sync(engine);

  expect(batch.status).toBe('completed');
  expect(await fromCentral(pair, DISTRIBUTED)).toEqual([
    ['item', 'distributed', 'source_connection'],
    ['note', 'distributed', 'source_connection'],
  ]);
  expect(await fromCentral(pair, 'SELECT source_connection, id, name FROM item ORDER BY id')).toEqual([
    [CONNECTION, '1', 'kopi'],
    [CONNECTION, '2', 'teh'],
  ]);
});

test('tables that branches share by their keys alone are reference tables', async () => {
  await using pair = await freshDatabases();
  await installFakeCitus(pair.central);
  await atBranch(pair, ...TABLES.slice(0, 2));
  using home = makeHome(pair, { central: { layout: 'merge' } });
  await using engine = home.open();

  const { batch } = await sync(engine);

  expect(batch.status).toBe('completed');
  expect(await fromCentral(pair, DISTRIBUTED)).toEqual([['item', 'reference', null]]);
});

test('with schema-based sharding, a mirror is a distributed schema and all others are made local', async () => {
  await using pair = await freshDatabases();
  await installFakeCitus(pair.central, { tenants: true });
  await atBranch(pair, ...TABLES);
  using mirror = makeHome(pair, { central: { layout: 'schema' } });
  using shared = makeHome(pair, {
    central: { layout: 'stamp', schema: 'dashboard' },
    connection: { id: 'pgsql_bdg' },
  });
  await using one = mirror.open();
  await using other = shared.open();

  expect((await sync(one)).batch.status).toBe('completed');
  expect((await sync(other)).batch.status).toBe('completed');

  expect(await fromCentral(pair, 'SELECT schemaid FROM pg_dist_schema')).toEqual([[CONNECTION]]);
  expect(await fromCentral(pair, DISTRIBUTED)).toEqual([
    ['dashboard.item', 'distributed', 'source_connection'],
    ['dashboard.note', 'distributed', 'source_connection'],
    [`${CONNECTION}.item`, 'schema', null],
    [`${CONNECTION}.note`, 'schema', null],
  ]);
});

test('a schema that Citus has distributed keeps the tables of all layouts on its node', async () => {
  await using pair = await freshDatabases();
  await installFakeCitus(pair.central, { tenants: true });
  await atBranch(pair, ...TABLES);
  await atCentral(pair, 'CREATE SCHEMA dashboard AUTHORIZATION branchline');
  using home = makeHome(pair, { central: { layout: 'stamp', schema: 'dashboard' } });
  await using engine = home.open();

  expect((await sync(engine)).batch.status).toBe('completed');

  expect(await fromCentral(pair, DISTRIBUTED)).toEqual([
    ['dashboard.item', 'schema', null],
    ['dashboard.note', 'schema', null],
  ]);
});

for (const layout of ['stamp', 'schema'] as const)
  test(`with distribution "none", nothing is distributed in layout ${layout}`, async () => {
    await using pair = await freshDatabases();
    await installFakeCitus(pair.central, { tenants: true });
    await atBranch(pair, ...TABLES);
    using home = makeHome(pair, { central: { layout, distribution: 'none' } });
    await using engine = home.open();

    expect((await sync(engine)).batch.status).toBe('completed');

    expect(await fromCentral(pair, DISTRIBUTED)).toEqual([]);
    expect(await fromCentral(pair, 'SELECT schemaid FROM pg_dist_schema')).toEqual([]);
  });

test("Branchline's own schema is taken back where an earlier version left it to Citus", async () => {
  await using pair = await freshDatabases();
  await installFakeCitus(pair.central, { tenants: true });
  await atBranch(pair, ...TABLES);
  await atCentral(pair, 'SET ROLE branchline', 'CREATE SCHEMA branchline');
  using home = makeHome(pair, { central: { layout: 'stamp' } });
  await using engine = home.open();

  expect((await sync(engine)).batch.status).toBe('completed');

  expect(await fromCentral(pair, 'SELECT schemaid FROM pg_dist_schema')).toEqual([]);
});

test('where the role may not distribute tables, head office gets the SQL for it, and running it mends the table', async () => {
  await using pair = await freshDatabases();
  await installFakeCitus(pair.central);
  await atBranch(pair, ...TABLES.slice(0, 2));
  await atCentral(pair, 'REVOKE EXECUTE ON FUNCTION create_distributed_table FROM PUBLIC');
  using home = makeHome(pair, { central: { layout: 'stamp' } });
  await using engine = home.open();

  const refused = (await sync(engine)).table('item');
  const sql = String(refused.error_detail?.params.sql);
  await atCentral(pair, ...sql.split(/(?<=;)\n/));
  const mended = await sync(engine);

  expect(refused.error_code).toBe('central_permission');
  expect(sql.split('\n')).toEqual([
    'SET citus.enable_schema_based_sharding TO off;',
    "SET citus.multi_shard_modify_mode TO 'sequential';",
    expect.stringContaining('CREATE TABLE "public"."item"'),
    `SELECT pg_catalog.create_distributed_table('"public"."item"'::pg_catalog.regclass, 'source_connection');`,
    'GRANT USAGE ON SCHEMA "public" TO "branchline";',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON "public"."item" TO "branchline";',
  ]);
  expect(mended.table('item')).toMatchObject({ error_message: null, status: 'completed' });
  expect(await fromCentral(pair, DISTRIBUTED)).toEqual([['item', 'distributed', 'source_connection']]);
});

test('a distributed table is changed by one ALTER TABLE for each column', async () => {
  await using pair = await freshDatabases();
  await installFakeCitus(pair.central);
  await atBranch(pair, ...TABLES.slice(0, 2), 'ALTER TABLE item ADD size smallint');
  using home = makeHome(pair, { central: { layout: 'stamp' } });
  await using engine = home.open();
  await sync(engine);
  await atBranch(
    pair,
    'ALTER TABLE item ALTER size TYPE bigint, ADD unit varchar(3)',
    "UPDATE item SET unit = 'kg'",
  );
  await settled(pair.source);
  await atCentral(
    pair,
    'ALTER TABLE item OWNER TO postgres',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON item TO branchline',
  );

  const refused = (await sync(engine)).table('item');
  const sql = String(refused.error_detail?.params.sql);
  await atCentral(pair, ...sql.split(/(?<=;)\n/));
  const mended = await sync(engine);

  expect(sql.split('\n')).toEqual([
    'ALTER TABLE "public"."item" ADD COLUMN "unit" character varying(3);',
    'ALTER TABLE "public"."item" ALTER COLUMN "size" TYPE bigint;',
  ]);
  expect(mended.table('item')).toMatchObject({ error_message: null, status: 'completed' });
  expect(await fromCentral(pair, 'SELECT DISTINCT unit FROM item')).toEqual([['kg']]);
});
