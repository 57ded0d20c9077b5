import { expect, test } from 'vitest';
import { atBranch, run, sync } from '../../support/branch.ts';
import { differences } from '../../support/compare.ts';
import { freshDatabases } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';
import { strategyOf } from './support/strategyOf.ts';

test('a table that is stored in another way than the heap is compared; the heap under another name is not', async () => {
  await using pair = await freshDatabases();
  await run(
    pair.source,
    'CREATE ACCESS METHOD same TYPE TABLE HANDLER heap_tableam_handler',
    // To us a handler that we do not know, whatever it does.
    "CREATE FUNCTION unknown_handler(internal) RETURNS table_am_handler LANGUAGE internal AS 'heap_tableam_handler'",
    'CREATE ACCESS METHOD unknown TYPE TABLE HANDLER unknown_handler',
  );
  await atBranch(
    pair,
    'CREATE TABLE known (id int PRIMARY KEY, note text) USING same',
    'CREATE TABLE columnar (id int PRIMARY KEY, note text) USING unknown',
    "INSERT INTO known SELECT n, 'old' FROM generate_series(1, 100) n",
    "INSERT INTO columnar SELECT n, 'old' FROM generate_series(1, 100) n",
  );
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atBranch(
    pair,
    "UPDATE known SET note = 'new' WHERE id = 3",
    "UPDATE columnar SET note = 'new' WHERE id = 3",
  );

  const { batch } = await sync(engine);

  expect(strategyOf(engine, batch.batch_id, 'known')).toEqual(['changes', 'row_versions']);
  expect(strategyOf(engine, batch.batch_id, 'columnar')).toEqual(['compare', 'no_row_versions']);
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
});
