import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases, settled } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';
import { startServer, type TestServer } from '../../support/servers.ts';
import { serverOf } from '../../support/versions.ts';
import { verifyTable } from '../compare/support.ts';

const ITEM = 'CREATE TABLE item (id int PRIMARY KEY, name text, price numeric(10,2))';
const ROWS = "INSERT INTO item SELECT n, 'item ' || n, n FROM generate_series(1, 3000) n";

/** Head office's own table, which is partitioned by branch. */
const PARTITIONED = [
  `CREATE TABLE item (source_connection text NOT NULL DEFAULT current_setting('branchline.connection', true), id int, name text,
     price numeric(10,2), PRIMARY KEY (source_connection, id)) PARTITION BY LIST (source_connection)`,
  "CREATE TABLE item_bandung PARTITION OF item FOR VALUES IN ('pgsql_bdg', 'it''s, ''pgsql_lmp')",
  'ALTER TABLE item OWNER TO branchline',
  'ALTER TABLE item_bandung OWNER TO branchline',
];

const PARTITIONS = `SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
  WHERE i.inhparent = 'item'::regclass ORDER BY 1`;
const ITEMS = 'SELECT id, name, price FROM item ORDER BY id';

async function expectEqual(pair: DatabasePair): Promise<void> {
  const client = await pair.source.connectAdmin();
  const { rows } = await client.query<{ row: string }>(
    `SELECT ROW(id, name, price)::text AS row FROM adempiere.item ORDER BY id`,
  );
  await client.end();
  const central = await fromCentral(
    pair,
    `SELECT ROW(id, name, price)::text FROM item WHERE source_connection = '${CONNECTION}' ORDER BY id`,
  );
  expect(central.map(([row]) => row)).toEqual(rows.map(({ row }) => row));
}

describe.each([18, 15])('a table partitioned by branch, at head office on PostgreSQL %i', (version) => {
  let centralServer: TestServer;
  beforeAll(async () => {
    centralServer = version === 15 ? await serverOf(15) : await startServer();
  });
  afterAll(() => centralServer.remove());

  test('gets a partition for a new branch, and its rows, changes, deletes, verify and repair', async () => {
    await using pair = await freshDatabases({ centralServer });
    await atBranch(pair, ITEM, ROWS);
    await atCentral(pair, ...PARTITIONED);
    using home = makeHome(pair, { central: { layout: 'stamp' }, sync: { chunkRows: 1000 } });
    await using engine = home.open();

    expect((await sync(engine)).table('item')).toMatchObject({ error_message: null, status: 'completed' });
    expect((await fromCentral(pair, PARTITIONS)).map(([name]) => name)).toEqual([
      'item_bandung',
      `item_${CONNECTION}`,
    ]);
    await expectEqual(pair);

    await atBranch(
      pair,
      "UPDATE item SET name = 'new' WHERE id % 100 = 0",
      'DELETE FROM item WHERE id BETWEEN 10 AND 20',
      "INSERT INTO item VALUES (9000, 'last', 1)",
      'ALTER TABLE item ALTER id TYPE bigint',
    );
    await settled(pair.source);
    expect((await sync(engine)).table('item')).toMatchObject({ error_message: null, status: 'completed' });
    await expectEqual(pair);

    await atCentral(pair, "UPDATE item SET name = 'wrong' WHERE id = 500", 'DELETE FROM item WHERE id = 501');
    expect(await verifyTable(engine, 'item')).toMatchObject({ result: 'differs' });
    expect(await verifyTable(engine, 'item', true)).toMatchObject({ result: 'repaired' });
    expect(await verifyTable(engine, 'item')).toMatchObject({ result: 'equal' });
    await expectEqual(pair);
  });

  test('is refused with the SQL where the role may not make the partition, and running it mends the table', async () => {
    await using pair = await freshDatabases({ centralServer });
    await atBranch(pair, ITEM, ROWS);
    await atCentral(
      pair,
      ...PARTITIONED,
      'ALTER TABLE item OWNER TO postgres',
      'ALTER TABLE item_bandung OWNER TO postgres',
      'GRANT SELECT, INSERT, UPDATE, DELETE ON item TO branchline',
    );
    using home = makeHome(pair, { central: { layout: 'stamp' } });
    await using engine = home.open();

    const refused = (await sync(engine)).table('item');
    const sql = String(refused.error_detail?.params.sql);
    await atCentral(pair, sql);
    const mended = await sync(engine);

    expect(refused.error_code).toBe('central_partition_missing');
    expect(refused.error_detail?.params).toMatchObject({
      schema: 'public',
      table: 'item',
      connection: CONNECTION,
    });
    expect(sql).toBe(
      `CREATE TABLE "public"."item_${CONNECTION}" PARTITION OF "public"."item" FOR VALUES IN ('${CONNECTION}');`,
    );
    expect(mended.table('item')).toMatchObject({ error_message: null, status: 'completed' });
    await expectEqual(pair);
  });
});

test('rows go into a default partition where there is one', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ITEM, ROWS);
  await atCentral(pair, ...PARTITIONED, 'CREATE TABLE item_others PARTITION OF item DEFAULT');
  using home = makeHome(pair, { central: { layout: 'stamp' } });
  await using engine = home.open();

  expect((await sync(engine)).table('item')).toMatchObject({ error_message: null, status: 'completed' });

  expect((await fromCentral(pair, PARTITIONS)).map(([name]) => name)).toEqual([
    'item_bandung',
    'item_others',
  ]);
  expect(await fromCentral(pair, 'SELECT count(*) FROM item_others')).toEqual([['3000']]);
});

test('partitions by another column are left to head office', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ITEM, ROWS);
  const [made = ''] = PARTITIONED;
  await atCentral(
    pair,
    made.replace('LIST (source_connection)', 'RANGE (id)'),
    'CREATE TABLE item_low PARTITION OF item FOR VALUES FROM (0) TO (10000)',
    'ALTER TABLE item OWNER TO branchline',
  );
  using home = makeHome(pair, { central: { layout: 'stamp' } });
  await using engine = home.open();

  expect((await sync(engine)).table('item')).toMatchObject({ error_message: null, status: 'completed' });

  expect((await fromCentral(pair, PARTITIONS)).map(([name]) => name)).toEqual(['item_low']);
});

test('a name that is too long or taken gets a digest', async () => {
  await using pair = await freshDatabases();
  const long = `${'ä'.repeat(26)}_item`;
  await atBranch(
    pair,
    ITEM,
    ROWS,
    `CREATE TABLE "${long}" AS SELECT * FROM item`,
    `ALTER TABLE "${long}" ADD PRIMARY KEY (id)`,
  );
  await atCentral(
    pair,
    ...PARTITIONED,
    `CREATE TABLE item_${CONNECTION} ()`,
    `CREATE TABLE "${long}" (LIKE item INCLUDING ALL) PARTITION BY LIST (source_connection)`,
    `ALTER TABLE "${long}" OWNER TO branchline`,
  );
  using home = makeHome(pair, { central: { layout: 'stamp' } });
  await using engine = home.open();

  const { table } = await sync(engine);

  expect(table('item')).toMatchObject({ error_message: null, status: 'completed' });
  expect(table(long)).toMatchObject({ error_message: null, status: 'completed' });
  const names = (await fromCentral(pair, PARTITIONS)).map(([name]) => name);
  expect(names).toEqual(['item_bandung', expect.stringMatching(/^item_pgsql_lmp_[0-9a-f]{8}$/)]);
  const longer = await fromCentral(pair, PARTITIONS.replace("'item'", `'"${long}"'`));
  expect(longer.map(([name]) => Buffer.byteLength(name ?? ''))).toEqual([63]);
  expect(await fromCentral(pair, ITEMS.replace('item', `"${long}"`))).toHaveLength(3000);
});
