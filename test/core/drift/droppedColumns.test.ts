import { expect, test } from 'vitest';
import type { Engine } from '../../../src/core/engineApi.ts';
import { sayNotice } from '../../../src/shared/texts/logLine.ts';
import { createTranslator } from '../../../src/shared/texts/translate.ts';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { freshDatabases, settled } from '../../support/databases.ts';
import { CONNECTION, listen, makeHome } from '../../support/home.ts';
import { verifyTable } from '../compare/support.ts';

const ITEM = [
  'CREATE TABLE item (id int PRIMARY KEY, name text, note text, "Price" int)',
  "INSERT INTO item VALUES (1, 'kopi', 'x', 5), (2, 'teh', 'y', 6)",
];

/** The notices of a batch about columns that are kept: table, columns, statement. */
async function told(engine: Engine): Promise<readonly (readonly unknown[])[]> {
  const events = listen(engine);
  const { batch } = await sync(engine);
  expect(batch.status).toBe('completed');
  return events.flatMap((event) => {
    if (event.type !== 'notice' || event.notice.code !== 'columns_kept') return [];
    for (const language of ['en', 'id'] as const)
      expect(sayNotice('item', event.notice, createTranslator(language))).toContain(
        String(event.notice.params.columns),
      );
    return [[event.table, event.notice.params.columns, event.notice.params.sql]];
  });
}

for (const [layout, schema] of [
  ['stamp', 'public'],
  ['schema', CONNECTION],
] as const) {
  test(`columns that the branch has dropped or renamed are told once, layout ${layout}`, async () => {
    await using pair = await freshDatabases();
    await atBranch(pair, ...ITEM);
    using home = makeHome(pair, { central: { layout } });
    await using engine = home.open();
    expect(await told(engine)).toEqual([]);
    await atCentral(pair, `ALTER TABLE ${schema}.item ADD COLUMN theirs int`);
    expect(await told(engine)).toEqual([]);
    await atBranch(pair, 'ALTER TABLE item DROP COLUMN note', 'ALTER TABLE item RENAME "Price" TO price');

    const sql = `ALTER TABLE "${schema}"."item" DROP COLUMN "note", DROP COLUMN "Price";`;
    expect(await told(engine)).toEqual([['item', 'note, Price', sql]]);
    expect(await told(engine)).toEqual([]);
    expect(await fromCentral(pair, `SELECT note, "Price", price FROM ${schema}.item ORDER BY id`)).toEqual([
      ['x', '5', '5'],
      ['y', '6', '6'],
    ]);
    expect((await verifyTable(engine, 'item')).result).toBe('equal');

    await atCentral(pair, sql);
    expect(await told(engine)).toEqual([]);
  });
}

test('a column that comes back with other values is no kept one, and old values do not stay', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...ITEM);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atBranch(pair, 'ALTER TABLE item DROP COLUMN note');
  expect(await told(engine)).toHaveLength(1);
  await settled(pair.source);
  await atBranch(pair, 'ALTER TABLE item ADD COLUMN note text');
  expect(await told(engine)).toEqual([]);
  expect(await fromCentral(pair, 'SELECT count(*) FROM item WHERE note IS NOT NULL')).toEqual([['0']]);
  // Dropped and added again between two batches.
  await atBranch(pair, "UPDATE item SET note = 'new'");
  await sync(engine);
  await settled(pair.source);
  await atBranch(pair, 'ALTER TABLE item DROP COLUMN note', 'ALTER TABLE item ADD COLUMN note text');
  expect(await told(engine)).toEqual([]);
  expect(await fromCentral(pair, 'SELECT count(*) FROM item WHERE note IS NOT NULL')).toEqual([['0']]);
});

test('a column that is dropped while its table is left out is told when the table runs again', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...ITEM, 'CREATE TABLE good (id int PRIMARY KEY)');
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atBranch(pair, 'ALTER TABLE item DROP COLUMN note', 'ALTER TABLE good ADD COLUMN n int');
  await sync(engine, { tables: ['good'] });
  expect(await told(engine)).toHaveLength(1);
});
