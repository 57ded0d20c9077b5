import { expect, test } from 'vitest';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { freshDatabases, settled } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import { verifyTable } from './support.ts';

const MANY = 'CREATE TABLE item (id numeric(10) PRIMARY KEY, name text, price numeric)';
const ROWS = 200_000;
const MILLIONS = 2_000_000;
const fill = (rows: number): string =>
  `INSERT INTO item SELECT 1000000 + n, 'item ' || n, n * 1.5 FROM generate_series(1, ${rows}) n`;
const FILL = fill(ROWS);

test('one changed byte in 2,000,000 rows is found in one small range, and only that range moves', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, MANY, fill(MILLIONS), 'ANALYZE item');
  await settled(pair.source);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  expect(await verifyTable(engine, 'item')).toMatchObject({
    result: 'equal',
    source_rows: MILLIONS,
  });
  await atCentral(pair, "UPDATE item SET name = 'item 777x7' WHERE id = 1077777");

  const found = await verifyTable(engine, 'item');

  expect(found).toMatchObject({
    result: 'differs',
    differing_ranges: 1,
    different_rows: 1,
    missing_rows: 0,
    extra_rows: 0,
    examples: [['1077777']],
  });
  const [range] = found.differing;
  expect(range?.source_rows).toBeLessThanOrEqual(512);
  expect(Number(range?.from)).toBeLessThanOrEqual(1077777);
  expect(Number(range?.to)).toBeGreaterThanOrEqual(1077777);

  const mended = await verifyTable(engine, 'item', true);

  expect(mended).toMatchObject({ result: 'repaired', repaired_rows: 1, repaired_deletes: 0 });
  // 512 rows of about 40 bytes, and nothing of the other 1,999,488.
  expect(mended.repaired_bytes).toBeLessThan(40_000);
  expect(await verifyTable(engine, 'item')).toMatchObject({ result: 'equal' });
});

test('a missing and an extra row are found and mended, also outside the keys of the branch', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, MANY, FILL, 'ANALYZE item');
  await settled(pair.source);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atCentral(
    pair,
    'DELETE FROM item WHERE id = 1000001',
    "INSERT INTO item VALUES ('pgsql_lmp', 3, 'low', 1), ('pgsql_lmp', 9000000000, 'high', 1)",
  );

  const found = await verifyTable(engine, 'item');
  expect(found).toMatchObject({ result: 'differs', missing_rows: 1, extra_rows: 2, different_rows: 0 });
  expect(found.differing.map((one) => [one.from === null, one.to === null])).toEqual([
    [true, false],
    [false, true],
  ]);

  expect(await verifyTable(engine, 'item', true)).toMatchObject({
    result: 'repaired',
    repaired_rows: 1,
    repaired_deletes: 2,
  });
});

test('values swapped between two rows are found, though every column has the same values as before', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, MANY, "INSERT INTO item VALUES (1, 'kopi', 10), (2, 'teh', 20), (-2, 'gula', 30)");
  await settled(pair.source);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atCentral(pair, 'UPDATE item SET price = 30 - price WHERE id IN (1, 2)');
  expect(await verifyTable(engine, 'item')).toMatchObject({ result: 'differs', different_rows: 2 });
});

test('a key of texts is cut by hash, so that a collation of its own at head office does not matter', async () => {
  await using pair = await freshDatabases();
  const table = (collation: string) =>
    `CREATE TABLE stock (place text ${collation}, part text ${collation}, quantity integer, PRIMARY KEY (place, part))`;
  await atBranch(
    pair,
    table(''),
    `INSERT INTO stock SELECT chr(65 + n % 50) || n, 'Part ' || n % 7 || ' ä', n FROM generate_series(1, 20000) n`,
    'ANALYZE stock',
  );
  await atCentral(
    pair,
    "CREATE COLLATION numbers (provider = icu, locale = 'und-u-kn-true')",
    'CREATE SCHEMA pgsql_lmp AUTHORIZATION branchline',
    table('COLLATE numbers').replace('stock', 'pgsql_lmp.stock'),
    'ALTER TABLE pgsql_lmp.stock OWNER TO branchline',
  );
  await settled(pair.source);
  using home = makeHome(pair, { central: { layout: 'schema' } });
  await using engine = home.open();
  expect((await sync(engine)).batch.status).toBe('completed');
  expect(await verifyTable(engine, 'stock')).toMatchObject({ result: 'equal', buckets: 16 });

  await atCentral(
    pair,
    "UPDATE pgsql_lmp.stock SET part = 'PART 1 ä' WHERE place = 'B1'",
    "DELETE FROM pgsql_lmp.stock WHERE place = 'C2'",
  );

  const found = await verifyTable(engine, 'stock');
  expect(found).toMatchObject({ result: 'differs', missing_rows: 2, extra_rows: 1 });
  expect(found.differing_ranges).toBeLessThanOrEqual(3);
  expect(await verifyTable(engine, 'stock', true)).toMatchObject({ repaired_rows: 2, repaired_deletes: 1 });
});

test('rows that changed at the branch since the last sync are behind, not wrong', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, MANY, FILL, 'ANALYZE item');
  await settled(pair.source);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);

  await atBranch(
    pair,
    "UPDATE item SET name = 'new' WHERE id IN (1000005, 1100000)",
    "INSERT INTO item VALUES (1, 'x', 1)",
  );
  expect(await verifyTable(engine, 'item')).toMatchObject({
    result: 'behind',
    different_rows: 2,
    missing_rows: 1,
    newer_rows: 3,
  });

  await atCentral(pair, "UPDATE item SET name = 'wrong' WHERE id = 1000006");
  expect(await verifyTable(engine, 'item')).toMatchObject({
    result: 'differs',
    different_rows: 3,
    newer_rows: 3,
    examples: [['1000006']],
  });

  await sync(engine);
  expect(await verifyTable(engine, 'item')).toMatchObject({
    result: 'differs',
    different_rows: 1,
    newer_rows: 0,
  });
});

test('more deletes than the brake lets through are not mended', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, MANY, FILL, 'ANALYZE item');
  await settled(pair.source);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atBranch(pair, 'DELETE FROM item WHERE id > 1100000');

  const braked = await verifyTable(engine, 'item', true);

  expect(braked).toMatchObject({ result: 'failed', failure: { code: 'too_many_deletes' } });
  const { tables } = await engine.verify({ trigger: 'cli', repair: true, allowDeletes: true });
  expect(tables).toMatchObject([{ result: 'repaired', repaired_deletes: expect.any(Number) }]);
  expect(await fromCentral(pair, 'SELECT count(*) FROM item')).toEqual([['100000']]);
});

test('what a verify found is kept for each table, and when it was last proved equal', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, MANY, 'CREATE TABLE fresh (id integer PRIMARY KEY)');
  await settled(pair.source);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine, { tables: ['item'] });
  await engine.verify({ trigger: 'cli' });
  await atCentral(pair, "INSERT INTO item VALUES ('pgsql_lmp', 1, 'x', 1)");
  await engine.verify({ trigger: 'cli' });

  const kept = engine.verifications();

  expect(kept.map((row) => [row.table_name, row.result, row.reason])).toEqual([
    ['fresh', 'not_compared', 'never_synced'],
    ['item', 'differs', null],
  ]);
  expect(kept[0]?.proved_at).toBeNull();
  expect(Date.parse(kept[1]?.proved_at ?? '')).toBeLessThan(Date.parse(kept[1]?.source_snapshot_at ?? ''));
  expect(engine.log().filter((line) => line.event === 'verified')).toHaveLength(4);
});
