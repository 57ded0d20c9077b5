import { expect, test } from 'vitest';
import { atBranch, fromCentral, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';

/** Adds columns at the branch, one for each number. */
function addColumns(pair: DatabasePair, from: number, to: number): Promise<void> {
  const numbers = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  return atBranch(pair, `ALTER TABLE item ${numbers.map((one) => `ADD COLUMN c${one} int`).join(', ')}`);
}

const columnsAtCentral = async (pair: DatabasePair): Promise<number> =>
  Number(
    (
      await fromCentral(pair, "SELECT count(*) FROM information_schema.columns WHERE table_name = 'item'")
    )[0]?.[0],
  );

const ITEM = ['CREATE TABLE item (id int PRIMARY KEY)', 'INSERT INTO item VALUES (1)'];

test.each(['stamp', 'merge'])(
  'one branch adds no more than 100 columns to a shared table (layout %s)',
  async (layout) => {
    await using pair = await freshDatabases();
    await atBranch(pair, ...ITEM);
    using lampung = makeHome(pair, { central: { layout } });
    using palembang = makeHome(pair, { central: { layout }, connection: { id: 'pgsql_plb' } });
    await using engine = lampung.open();
    await using other = palembang.open();
    expect((await sync(engine)).table('item').status).toBe('completed');
    await addColumns(pair, 1, 60);
    expect((await sync(engine)).table('item').status).toBe('completed');
    const before = await columnsAtCentral(pair);
    await addColumns(pair, 61, 101);

    const failed = (await sync(engine)).table('item');

    expect(failed.error_code).toBe('too_many_new_columns');
    expect(failed.error_detail?.params).toMatchObject({ table: 'item', columns: 101, most: 100 });
    expect(await columnsAtCentral(pair)).toBe(before);
    // Another branch has its own hundred.
    expect((await sync(other)).table('item').status).toBe('completed');
    expect(await columnsAtCentral(pair)).toBe(before + 41);
    // What is there by now is added by nobody.
    expect((await sync(engine)).table('item').status).toBe('completed');
  },
);

test('a branch’s own schema takes as many as it likes', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...ITEM);
  using home = makeHome(pair, { central: { layout: 'schema' } });
  await using engine = home.open();
  await sync(engine);
  await addColumns(pair, 1, 150);

  expect((await sync(engine)).table('item').status).toBe('completed');
});

test('a shared table is made with at most 1,000 columns', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...ITEM);
  await addColumns(pair, 1, 1000);
  using home = makeHome(pair);
  await using engine = home.open();

  expect((await sync(engine)).table('item').error_code).toBe('too_many_new_columns');

  await atBranch(pair, 'ALTER TABLE item DROP COLUMN c1');
  expect((await sync(engine)).table('item').status).toBe('completed');
});
