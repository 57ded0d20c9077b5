import { expect, test } from 'vitest';
import { atBranch, atCentral, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import { verifyTable } from '../compare/support.ts';
import { holes, outcome, paste, printed, sqlIn } from './support/printed.ts';

/** A branch with a key, and head office's own table of that name without one. */
async function withItems(pair: DatabasePair, ...central: readonly string[]): Promise<void> {
  await atBranch(
    pair,
    'CREATE TABLE item (id int, part int, name text, PRIMARY KEY (id, part))',
    "INSERT INTO item VALUES (1, 1, 'kopi'), (2, 1, 'teh')",
  );
  await atCentral(pair, ...central);
}

const PLAIN = ['CREATE TABLE item (id int, part int, name text)', 'ALTER TABLE item OWNER TO branchline'];
const DOUBLE = "INSERT INTO item (id, part, name) VALUES (1, 1, 'a'), (1, 1, 'b'), (2, 1, 'c')";

test.each([
  ['auto', 'central_key_missing', 'id, part'],
  ['stamp', 'central_unstamped', 'id, part'],
] as const)(
  'where rows of head office have the same key, no SQL is offered that would fail, layout %s',
  async (layout, then, columns) => {
    await using pair = await freshDatabases();
    await withItems(pair, ...PLAIN, DOUBLE);
    using home = makeHome(pair, { central: { layout } });
    await using engine = home.open();

    const { batch, table } = await sync(engine);
    const text = printed(engine, batch.batch_id);
    expect(table('item').error_code).toBe('central_key_duplicates');
    expect(text).toContain(
      `several rows of public.item have the same values of "${columns.replace(', ', '", "')}"`,
    );
    expect(text).not.toContain('ADD UNIQUE');
    expect(holes(engine, batch.batch_id)).toEqual([]);
    expect(await verifyTable(engine, 'item')).toMatchObject({ failure: { code: 'central_key_duplicates' } });
    // It shows which, and changes nothing.
    await paste(pair.central, sqlIn(text));

    await atCentral(pair, "DELETE FROM item WHERE name = 'b'");
    const again = await sync(engine);
    expect(again.table('item').error_code).toBe(then);
    await paste(pair.central, sqlIn(printed(engine, again.batch.batch_id)));
    expect(await outcome(engine)).toBe('completed');
  },
);

test('rows that only lack the key keep no key from being added', async () => {
  await using pair = await freshDatabases();
  await withItems(pair, ...PLAIN, "INSERT INTO item (name) VALUES ('a'), ('b')");
  using home = makeHome(pair);
  await using engine = home.open();

  const { batch, table } = await sync(engine);
  expect(table('item').error_code).toBe('central_key_missing');
  await paste(pair.central, sqlIn(printed(engine, batch.batch_id)));
  expect(await outcome(engine)).toBe('completed');
});

test.each([
  ['a column that is not in the key', 'name'],
  ['an expression', '(id % 10)'],
])('where head office’s table is partitioned by %s, no SQL is offered that would fail', async (_what, by) => {
  await using pair = await freshDatabases();
  await withItems(
    pair,
    `CREATE TABLE item (id int, part int, name text) PARTITION BY LIST (${by})`,
    'CREATE TABLE item_rest PARTITION OF item DEFAULT',
    'ALTER TABLE item OWNER TO branchline',
    'ALTER TABLE item_rest OWNER TO branchline',
  );
  using home = makeHome(pair);
  await using engine = home.open();

  const { batch, table } = await sync(engine);
  expect(table('item').error_code).toBe('central_key_partitioned');
  expect(printed(engine, batch.batch_id)).not.toContain('ADD UNIQUE');
  expect(holes(engine, batch.batch_id)).toEqual([]);
});

test('where head office’s table is partitioned by a column of the key, the SQL that is offered runs', async () => {
  await using pair = await freshDatabases();
  await withItems(
    pair,
    'CREATE TABLE item (id int, part int, name text) PARTITION BY LIST (part)',
    'CREATE TABLE item_rest PARTITION OF item DEFAULT',
    'ALTER TABLE item OWNER TO branchline',
    'ALTER TABLE item_rest OWNER TO branchline',
  );
  using home = makeHome(pair);
  await using engine = home.open();

  const { batch, table } = await sync(engine);
  expect(table('item').error_code).toBe('central_key_missing');
  await paste(pair.central, sqlIn(printed(engine, batch.batch_id)));
  expect(await outcome(engine)).toBe('completed');
});

test.each(['VIEW', 'MATERIALIZED VIEW'])(
  'where head office has a %s of the name, sync and verify say so, and offer no key',
  async (kind) => {
    await using pair = await freshDatabases();
    await withItems(
      pair,
      `CREATE ${kind} item AS SELECT 1 AS id, 1 AS part, 'x' AS name`,
      `ALTER ${kind} item OWNER TO branchline`,
    );
    using home = makeHome(pair);
    await using engine = home.open();

    const { batch, table } = await sync(engine);
    expect(table('item').error_code).toBe('central_not_a_table');
    expect(printed(engine, batch.batch_id)).not.toContain('ADD UNIQUE');
    for (const repair of [false, true])
      expect(await verifyTable(engine, 'item', repair)).toMatchObject({
        result: 'failed',
        failure: { code: 'central_not_a_table' },
      });
  },
);
