import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { discoverTables } from '../../src/core/probe/discovery.ts';
import type { ConnectionFile, Draft } from '../../src/shared/settings.ts';
import { atBranch } from '../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../support/databases.ts';

let folder = '';
let pair: DatabasePair;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'branchline-discovery-'));
  pair = await freshDatabases();
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await pair.drop();
});

function branch(over: Partial<Extract<ConnectionFile, { host: string }>> = {}): Draft {
  const { host, port, database, user } = pair.source;
  return {
    kind: 'source',
    connection: { id: 'pgsql_lmp', host, port, database, user, schema: 'adempiere', ...over },
  };
}

const discover = (draft: Draft, password: string | null = pair.source.password) =>
  discoverTables(folder, draft, password);

test('every table is told with its size, key, and whether it may be read and is selected', async () => {
  await atBranch(
    pair,
    'CREATE TABLE c_order (id int PRIMARY KEY, note text)',
    "INSERT INTO c_order SELECT n, repeat('x', 200) FROM generate_series(1, 5000) n",
    'CREATE TABLE c_log (note text)',
    'CREATE TABLE c_half (id int UNIQUE)',
    'CREATE TABLE "C_Mixed" (id int PRIMARY KEY)',
    'CREATE TABLE c_whole (id int NOT NULL UNIQUE)',
    'CREATE TABLE t_secret (id int PRIMARY KEY)',
    'REVOKE SELECT ON t_secret FROM branchline_read',
    'CREATE VIEW v_order AS SELECT * FROM c_order',
    'CREATE TABLE c_sale (id int, year int, PRIMARY KEY (id, year)) PARTITION BY LIST (year)',
    'CREATE TABLE c_sale_2025 PARTITION OF c_sale FOR VALUES IN (2025)',
    'INSERT INTO c_sale SELECT n, 2025 FROM generate_series(1, 3000) n',
    'ANALYZE',
    'CREATE SCHEMA other',
    'CREATE TABLE other.one (id int)',
  );
  const { schemas, tables } = await discover(
    branch({ tables: ['c_*', 'v_order', 't_*'], exclude: ['CLog'] }),
  );
  expect(schemas).toEqual([
    { schema: 'adempiere', tables: 7 },
    { schema: 'other', tables: 1 },
  ]);
  const facts = tables.map((one) => [one.table, one.hasKey, one.readable, one.selected]);
  expect(facts).toEqual([
    ['c_half', false, true, true],
    ['c_log', false, true, false],
    ['C_Mixed', true, true, true],
    ['c_order', true, true, true],
    ['c_sale', true, true, true],
    ['c_whole', true, true, true],
    ['t_secret', true, false, true],
    ['v_order', false, true, true],
  ]);
  const order = tables.find((one) => one.table === 'c_order');
  expect(order).toMatchObject({ model: 'COrder', kind: 'table', estimatedRows: 5000 });
  expect(order?.bytes).toBeGreaterThan(5000 * 200);
  const sale = tables.find((one) => one.table === 'c_sale');
  expect(sale).toMatchObject({ kind: 'partitioned', estimatedRows: 3000 });
  expect(sale?.bytes).toBeGreaterThan(3000 * 28);
});

test('a table that somebody has locked is told all the same', async () => {
  const admin = await pair.source.connectAdmin();
  try {
    await admin.query('BEGIN; LOCK TABLE adempiere.c_order IN ACCESS EXCLUSIVE MODE');
    const { tables } = await discover(branch());
    expect(tables.find((one) => one.table === 'c_order')).toMatchObject({ estimatedRows: 5000 });
  } finally {
    await admin.end();
  }
});

test('head office’s tables are told too', async () => {
  const { host, port, database, user, password } = pair.central;
  const client = await pair.central.connect();
  await client.query('CREATE TABLE hq (id int PRIMARY KEY)');
  await client.end();
  const { tables } = await discover({ kind: 'central', central: { host, port, database, user } }, password);
  expect(tables).toMatchObject([{ table: 'hq', hasKey: true, readable: true, selected: false }]);
});

test('a password that is wrong is told as in a sync', async () => {
  await expect(discover(branch(), 'wrong')).rejects.toMatchObject({ detail: { code: 'source_sign_in' } });
});

test('5,000 tables are listed at once, named one by one too', async () => {
  const admin = await pair.source.connectAdmin();
  // Small transactions: each table holds its locks until the end of its own.
  for (let from = 1; from <= 5000; from += 500) {
    await admin.query(`DO $$ BEGIN FOR n IN ${from}..${from + 499} LOOP
      EXECUTE format('CREATE TABLE adempiere.z_%s (id int PRIMARY KEY, a text, b text)', n); END LOOP; END $$`);
  }
  await admin.end();
  const names = Array.from({ length: 5000 }, (_, index) => `Z${index + 1}`);
  for (const tables of [['*'], names]) {
    const began = performance.now();
    const found = await discover(branch({ tables, exclude: ['z_1*', 'z_2', 'z_3'] }));
    // About a second on a quiet machine; whatever compares each with each takes minutes.
    expect(performance.now() - began).toBeLessThan(15_000);
    expect(found.tables.filter((one) => one.table.startsWith('z_'))).toHaveLength(5000);
    // 1, 10 to 19, 100 to 199, 1000 to 1999, and two by name.
    const left = found.tables.filter((one) => one.selected && one.table.startsWith('z_'));
    expect(left).toHaveLength(5000 - 1111 - 2);
  }
});
