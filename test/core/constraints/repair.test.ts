import { expect, test } from 'vitest';
import type { Engine } from '../../../src/core/engineApi.ts';
import type { VerifyRow } from '../../../src/shared/verify.ts';
import { sync } from '../../support/branch.ts';
import { differences } from '../../support/compare.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { atMirror, MIRROR, mirrorHome, onBoth, work } from './support/both.ts';

const SHOP = [
  'CREATE TABLE partner (id int PRIMARY KEY, name text)',
  // Larger than its parent, so that size alone would put it first.
  'CREATE TABLE invoice (id int PRIMARY KEY, partner_id int REFERENCES partner, note text)',
  'CREATE TABLE line (id int PRIMARY KEY, invoice_id int REFERENCES invoice, note text)',
];
const ROWS = [
  "INSERT INTO partner SELECT n, 'partner ' || n FROM generate_series(1, 50) n",
  "INSERT INTO invoice SELECT n, 1 + n % 50, repeat('x', 100) FROM generate_series(1, 500) n",
  "INSERT INTO line SELECT n, 1 + n % 500, repeat('x', 100) FROM generate_series(1, 2000) n",
];

async function repaired(engine: Engine): Promise<(table: string) => VerifyRow> {
  const { tables } = await engine.verify({ trigger: 'cli', repair: true });
  return (name) => {
    const found = tables.filter((one) => one.table_name === name);
    expect(found).toHaveLength(1);
    return found[0] as VerifyRow;
  };
}

async function loaded(pair: DatabasePair): Promise<void> {
  await onBoth(pair, ...SHOP);
  await work(pair, ...ROWS);
}

test('rows that were removed at head office come back, parents first', async () => {
  await using pair = await freshDatabases();
  await loaded(pair);
  using home = mirrorHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atMirror(
    pair,
    'DELETE FROM line WHERE invoice_id IN (SELECT id FROM invoice WHERE partner_id = 7)',
    'DELETE FROM invoice WHERE partner_id = 7',
    'DELETE FROM partner WHERE id = 7',
  );

  const table = await repaired(engine);

  expect(table('partner')).toMatchObject({ failure: null, result: 'repaired', repaired_rows: 1 });
  expect(table('invoice')).toMatchObject({ failure: null, result: 'repaired', repaired_rows: 10 });
  expect(table('line')).toMatchObject({ failure: null, result: 'repaired', repaired_rows: 40 });
  expect(await differences(pair, { centralSchema: MIRROR })).toEqual([]);
});

test('rows that were added at head office go, children first', async () => {
  await using pair = await freshDatabases();
  await loaded(pair);
  using home = mirrorHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atMirror(
    pair,
    "INSERT INTO partner VALUES (99, 'nobody')",
    'INSERT INTO invoice VALUES (999, 99)',
    'INSERT INTO line VALUES (9999, 999)',
    // One parent is missing, too: it has both to get a row and to lose one.
    'DELETE FROM line WHERE invoice_id IN (SELECT id FROM invoice WHERE partner_id = 8)',
    'DELETE FROM invoice WHERE partner_id = 8',
    'DELETE FROM partner WHERE id = 8',
  );

  const table = await repaired(engine);

  expect(table('partner')).toMatchObject({ result: 'repaired', repaired_rows: 1, repaired_deletes: 1 });
  expect(table('invoice')).toMatchObject({ result: 'repaired', repaired_rows: 10, repaired_deletes: 1 });
  expect(table('line')).toMatchObject({ result: 'repaired', repaired_rows: 40, repaired_deletes: 1 });
  expect(await differences(pair, { centralSchema: MIRROR })).toEqual([]);
});

test('rows that ON DELETE CASCADE takes along, and that the branch still has, are not called equal', async () => {
  await using pair = await freshDatabases();
  // At the branch nothing ties them together.
  await work(
    pair,
    'CREATE TABLE partner (id int PRIMARY KEY, name text)',
    'CREATE TABLE invoice (id int PRIMARY KEY, partner_id int)',
    "INSERT INTO partner SELECT n, 'partner ' || n FROM generate_series(1, 50) n",
    'INSERT INTO invoice SELECT n, 1 + n % 50 FROM generate_series(1, 200) n',
  );
  using home = mirrorHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atMirror(
    pair,
    'ALTER TABLE invoice ADD FOREIGN KEY (partner_id) REFERENCES partner ON DELETE CASCADE',
  );
  await work(pair, 'DELETE FROM partner WHERE id = 7');

  const table = await repaired(engine);

  const left = await differences(pair, { centralSchema: MIRROR });
  const said = ['partner', 'invoice'].map(table).filter((one) => one.failure !== null);
  expect(left.length).toBeGreaterThan(0);
  expect(said.length).toBeGreaterThan(0);
  for (const { table: name } of left) {
    expect(['equal', 'repaired']).not.toContain(table(name).result);
    expect(table(name).failure).not.toBeNull();
  }
});

test('tables that point to each other, and one that points to itself, are mended', async () => {
  await using pair = await freshDatabases();
  await onBoth(
    pair,
    'CREATE TABLE head (id int PRIMARY KEY, room int)',
    'CREATE TABLE room (id int PRIMARY KEY, head int REFERENCES head)',
    'ALTER TABLE head ADD FOREIGN KEY (room) REFERENCES room',
    'CREATE TABLE part (id int PRIMARY KEY, whole int REFERENCES part)',
  );
  await work(
    pair,
    'INSERT INTO head SELECT n, NULL FROM generate_series(1, 100) n',
    'INSERT INTO room SELECT n, n FROM generate_series(1, 100) n',
    // Each points to a row of a later chunk.
    'INSERT INTO part SELECT n, NULLIF(n + 1, 2001) FROM generate_series(1, 2000) n',
  );
  using home = mirrorHome(pair, { sync: { chunkRows: 100 } });
  await using engine = home.open();
  await sync(engine);
  await work(pair, 'UPDATE head SET room = id WHERE id > 90');
  expect((await sync(engine)).batch.status).toBe('completed');
  await atMirror(
    pair,
    'UPDATE head SET room = NULL WHERE id = 95',
    'DELETE FROM room WHERE id = 95',
    'DELETE FROM part',
  );

  const table = await repaired(engine);

  for (const name of ['head', 'room', 'part'])
    expect(table(name)).toMatchObject({ failure: null, result: 'repaired' });
  expect(await differences(pair, { centralSchema: MIRROR })).toEqual([]);
});

test('what nothing helps against names both tables', async () => {
  await using pair = await freshDatabases();
  await loaded(pair);
  using home = mirrorHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atMirror(
    pair,
    'CREATE TABLE own (id int PRIMARY KEY)',
    'INSERT INTO own SELECT generate_series(1, 49)',
    'DELETE FROM line WHERE invoice_id IN (SELECT id FROM invoice WHERE partner_id = 50)',
    'DELETE FROM invoice WHERE partner_id = 50',
    'ALTER TABLE invoice ADD CONSTRAINT ours FOREIGN KEY (partner_id) REFERENCES own',
  );

  const table = await repaired(engine);

  expect(table('invoice')).toMatchObject({
    result: 'failed',
    failure: { code: 'parent_missing', params: { parent: 'own', constraint: 'ours' } },
  });
});
