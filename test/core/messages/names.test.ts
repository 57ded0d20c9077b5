import { expect, test } from 'vitest';
import { runCli } from '../../cli/run.ts';
import { atBranch, fromCentral, sync } from '../../support/branch.ts';
import { freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import { holes, printed } from './support/printed.ts';

const ITEM = ['CREATE TABLE item (id int PRIMARY KEY)', 'INSERT INTO item VALUES (1)'];

test('a name in the settings that never was a table fails with the names most like it, exit 1 (E4)', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...ITEM, 'CREATE VIEW items_open AS SELECT * FROM item');
  using home = makeHome(pair, { connection: { tables: ['item', 'itm', 'nosuchview'] } });
  await using engine = home.open();

  const { batch, table } = await sync(engine);

  expect(batch).toMatchObject({ status: 'failed', completed_tables: 1, failed_tables: 2, skipped_tables: 0 });
  expect(table('itm').error_detail).toMatchObject({
    code: 'source_table_unknown',
    params: { schema: 'adempiere', table: 'itm', nearest: 'item' },
  });
  expect(printed(engine, batch.batch_id)).toContain(
    'The settings name adempiere.nosuchview, but the branch pgsql_lmp has no such table or view.',
  );
  expect(holes(engine, batch.batch_id)).toEqual([]);
  await engine[Symbol.asyncDispose]();
  const { code, stdout } = await runCli(['sync-all', '--data-dir', home.folder]);
  expect(code).toBe(1);
  expect(stdout).toContain('Names most like it: item.');
});

test('a table that was copied and is dropped is told and stays, in every batch, and is no failure (E4)', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...ITEM, 'CREATE TABLE other (id int PRIMARY KEY)');
  using home = makeHome(pair, { connection: { tables: ['item', 'other'] } });
  await using engine = home.open();
  await sync(engine);
  await atBranch(pair, 'DROP TABLE item');

  for (let round = 0; round < 2; round++) {
    const { batch, table } = await sync(engine);
    expect(batch).toMatchObject({ status: 'completed', skipped_tables: 1 });
    expect(table('item').status).toBe('skipped');
  }
  expect(await fromCentral(pair, 'SELECT count(*) FROM item')).toEqual([['1']]);
  await engine[Symbol.asyncDispose]();
  const { code, stdout } = await runCli(['sync-all', '--data-dir', home.folder]);
  expect(code).toBe(0);
  expect(stdout).toContain('No longer at the branch: pgsql_lmp/item. Its rows at head office stay');
});

test('a schema without tables is told with those that have some', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...ITEM, 'CREATE TABLE other (id int PRIMARY KEY)');
  for (const [schema, code, sentence] of [
    ['public', 'source_schema_empty', 'The schema public of the branch database pgsql_lmp has no tables.'],
    ['ademp', 'source_schema_missing', 'The branch database pgsql_lmp has no schema ademp.'],
  ] as const) {
    using home = makeHome(pair, { connection: { schema } });
    await using engine = home.open();
    const { batch } = await sync(engine);
    const [row] = engine.batch(batch.batch_id).tables;
    expect(row?.error_code).toBe(code);
    const text = printed(engine, batch.batch_id);
    expect(text).toContain(sentence);
    expect(text).toContain('Schemas with tables: adempiere (2).');
    expect(holes(engine, batch.batch_id)).toEqual([]);
  }
});

test('114 tables without a key are one failure with one next step (E7)', async () => {
  await using pair = await freshDatabases();
  const names = Array.from({ length: 114 }, (_, index) => `plain_${String(index).padStart(3, '0')}`);
  await atBranch(pair, ...ITEM, ...names.map((name) => `CREATE TABLE ${name} (v text)`));
  using home = makeHome(pair, { central: { layout: 'merge' } });
  await using engine = home.open();

  const { batch } = await sync(engine);
  const lines = printed(engine, batch.batch_id).split('\n');

  expect(batch).toMatchObject({ failed_tables: 114, completed_tables: 1 });
  expect(lines.length).toBeLessThan(8);
  expect(lines.join('\n')).toContain(
    '114 tables, pgsql_lmp: plain_000, plain_001, plain_002, plain_003, plain_004, plain_005, plain_006, plain_007 and 106 more',
  );
  expect(holes(engine, batch.batch_id)).toEqual([]);
});
