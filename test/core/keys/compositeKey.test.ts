import { expect, test } from 'vitest';
import { atBranch, sync } from '../../support/branch.ts';
import { differences } from '../../support/compare.ts';
import { freshDatabases } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';

test.each(['schema', 'stamp'])('a key whose fields are all NULL finds its row: layout %s', async (layout) => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TYPE place AS (shelf int, box text)',
    'CREATE TABLE item (id place PRIMARY KEY, n text)',
    "INSERT INTO item VALUES (ROW(NULL, NULL), 'a'), (ROW(1, NULL), 'b')",
  );
  using home = makeHome(pair, { central: { layout } });
  await using engine = home.open();
  await sync(engine);

  const again = await sync(engine, { strategy: 'full' });

  // A row that is taken for a new one is written again, and counted.
  expect(again.table('item')).toMatchObject({
    error_message: null,
    records_processed: 0,
    records_skipped: 2,
  });
  expect(
    await differences(pair, layout === 'stamp' ? { connection: CONNECTION } : { centralSchema: CONNECTION }),
  ).toEqual([]);
});
