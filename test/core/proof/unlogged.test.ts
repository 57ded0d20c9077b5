import { expect, test } from 'vitest';
import type { Engine } from '../../../src/core/engineApi.ts';
import { atCentral, fromCentral, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import { atHeadOffice, expectSame, rowsAtCentral, work } from './support.ts';

const KEYED = 'CREATE TABLE stock (id int PRIMARY KEY, note text)';
const KEYLESS = 'CREATE TABLE stock (id int, note text)';
const ROWS = "INSERT INTO stock SELECT n, 'stock ' || n FROM generate_series(1, 300) n";
const UNLOGGED = 'ALTER TABLE stock SET UNLOGGED';
/** What crash recovery does to an unlogged table; the checkpoint, which is logged, says that all is there. */
const CRASHED = 'TRUNCATE stock';

function toldUnlogged(engine: Engine): number {
  const log = engine.log({ limit: 10_000 });
  return log.filter((row) => row.event === 'notice' && row.detail.code === 'central_unlogged').length;
}

for (const [what, table, layout] of [
  ['with a key', KEYED, 'stamp'],
  ['with a key', KEYED, 'merge'],
  ['without a key', KEYLESS, 'stamp'],
] as const) {
  test(`an unlogged table ${what} that a crash at head office has emptied is full again after the next batch, layout ${layout}`, async () => {
    await using pair = await freshDatabases();
    await work(pair, table, ROWS);
    using home = makeHome(pair, { central: { layout } });
    await using engine = home.open();
    await sync(engine);
    await atHeadOffice(pair, UNLOGGED);
    await sync(engine);
    expect(toldUnlogged(engine)).toBe(1);
    await atCentral(pair, CRASHED);

    expect((await sync(engine)).table('stock').status).toBe('completed');

    await expectSame(pair, 'id, note');
    await sync(engine);
    expect(toldUnlogged(engine)).toBe(1);
  });
}

test('a partition that is unlogged counts, and the SQL that is offered ends it', async () => {
  await using pair = await freshDatabases();
  await work(pair, KEYED, ROWS);
  await atHeadOffice(
    pair,
    `${KEYED} PARTITION BY RANGE (id)`,
    'CREATE UNLOGGED TABLE stock_low PARTITION OF stock FOR VALUES FROM (MINVALUE) TO (100)',
    'CREATE TABLE stock_high PARTITION OF stock FOR VALUES FROM (100) TO (MAXVALUE)',
  );
  using home = makeHome(pair, { central: { layout: 'schema' }, connection: { targetSchema: 'public' } });
  await using engine = home.open();
  await sync(engine);
  await atCentral(pair, 'TRUNCATE stock_low');

  expect((await sync(engine)).table('stock').status).toBe('completed');
  expect(await rowsAtCentral(pair)).toBe(300);
  const [row] = engine.log({ limit: 10_000 }).filter((one) => one.detail.code === 'central_unlogged');
  await atHeadOffice(pair, String(row?.detail.sql));
  expect(await persistence(pair)).toEqual([['p']]);
  await sync(engine);
  await atHeadOffice(pair, 'ALTER TABLE stock_low SET UNLOGGED');
  await sync(engine);
  expect(toldUnlogged(engine)).toBe(2);
});

function persistence(pair: DatabasePair): Promise<unknown> {
  return fromCentral(pair, "SELECT relpersistence FROM pg_class WHERE relname = 'stock_low'");
}
