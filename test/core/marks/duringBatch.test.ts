import { expect, test } from 'vitest';
import type { EngineEvent } from '../../../src/shared/contract.ts';
import { atBranch, sync } from '../../support/branch.ts';
import { difference } from '../../support/compare.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';

/** What somebody does to `item` while the batch, which knows its columns already, is busy with another table. */
const MEANWHILE: Readonly<Record<string, readonly string[]>> = {
  'a column with a default is added': ["ALTER TABLE item ADD COLUMN city text DEFAULT 'Metro'"],
  'a column is added and filled': ['ALTER TABLE item ADD COLUMN city text', "UPDATE item SET city = 'Metro'"],
  'a column gets another type of the same width': ['ALTER TABLE item ALTER amount TYPE double precision'],
  'two columns swap their names': [
    'BEGIN; ALTER TABLE item RENAME a TO c; ALTER TABLE item RENAME b TO a; ALTER TABLE item RENAME c TO b; COMMIT',
  ],
  'the table is dropped and made anew': [
    'DROP TABLE item',
    'CREATE TABLE item (id int PRIMARY KEY, a text, b text, amount bigint)',
    "INSERT INTO item VALUES (1, 'new', 'new', 1)",
  ],
};

for (const [name, statements] of Object.entries(MEANWHILE)) {
  test(`in the middle of a batch ${name}: the batch sees it`, async () => {
    await using pair = await freshDatabases();
    await atBranch(
      pair,
      'CREATE TABLE large (id int PRIMARY KEY, note text)',
      "INSERT INTO large SELECT n, repeat('x', 500) FROM generate_series(1, 20000) n",
      'CREATE TABLE item (id int PRIMARY KEY, a text, b text, amount bigint)',
      "INSERT INTO item SELECT n, 'a', 'b', n FROM generate_series(1, 300) n",
    );
    using home = makeHome(pair, { sync: { parallelTables: 1, chunkRows: 200 } });
    await using engine = home.open();
    const order: string[] = [];
    let change: Promise<unknown> | null = null;
    engine.on((event: EngineEvent) => {
      if (event.type === 'table_started') order.push(event.table);
      if (event.type === 'table_started' && event.table === 'large' && change === null) {
        change = atBranch(pair, ...statements).then(() => order.push('changed'));
      }
    });

    const { table } = await sync(engine);

    expect(order.slice(0, 2)).toEqual(['large', 'changed']);
    expect(table('item').retry_count).toBe(1);
    if (name.includes('another type')) {
      // Head office has the column as it was: that takes a person, and no row is written in the wrong form.
      expect(table('item').error_code).toBe('column_incompatible');
      return;
    }
    expect(table('item').status).toBe('completed');
    expect(await differenceOfItem(pair)).toEqual([0, 0]);
  });
}

async function differenceOfItem(pair: DatabasePair): Promise<readonly number[]> {
  const [source, central] = await Promise.all([pair.source.connectAdmin(), pair.central.connectAdmin()]);
  try {
    const found = await difference(source, central, { table: 'item', connection: CONNECTION });
    return [found.onlySource, found.onlyCentral];
  } finally {
    await Promise.all([source.end(), central.end()]);
  }
}
