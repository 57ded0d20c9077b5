import { expect, test } from 'vitest';
import { fromCentral, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import { startRunner } from '../../support/runner.ts';
import { verifyTable } from '../compare/support.ts';
import { MIRROR, mirrorHome } from '../constraints/support/both.ts';
import { copiedStock, expectBraked, later, ROWS, STOCK, work } from './support.ts';

const MORE = 90_000;

/** Another database's rows in the place of those that were copied, more than four times as many. */
const OTHERS = [
  'TRUNCATE stock',
  `INSERT INTO stock SELECT n, 'other' FROM generate_series(1000001, ${1_000_000 + MORE}) n`,
];

/** Rows that head office had before. */
async function before(pair: DatabasePair, schema = 'public'): Promise<number> {
  const [row] = await fromCentral(pair, `SELECT count(*) FROM ${schema}.stock WHERE id <= ${ROWS}`);
  return Number(row?.[0]);
}

for (const strategy of [null, 'full', 'changes', 'compare'] as const) {
  test(`rows that came before the brake stopped a run make no larger table of it, strategy ${strategy ?? 'unasked'}`, async () => {
    await using stock = await copiedStock();
    const { pair, engine } = stock;
    await work(pair, ...OTHERS);
    const asked = strategy === null ? {} : { strategy };

    for (let run = 0; run < 4; run++) {
      await expectBraked(engine, asked, { deletes: ROWS, rows: ROWS, gone: 0 });
      expect(await before(pair)).toBe(ROWS);
    }

    const allowed = await sync(engine, { ...asked, allowDeletes: true });
    expect(allowed.table('stock')).toMatchObject({ status: 'completed', records_deleted: ROWS });
    // From here on it is as large as it is.
    await work(pair, 'DELETE FROM stock WHERE id % 6 = 0');
    expect((await sync(engine, asked)).table('stock')).toMatchObject({ records_deleted: MORE / 6 });
  });
}

test('rows that verify --repair has written before the brake stopped it make no larger table of it', async () => {
  await using stock = await copiedStock();
  const { pair, engine } = stock;
  await work(pair, ...OTHERS);
  for (let run = 0; run < 3; run++) {
    expect(await verifyTable(engine, 'stock', true)).toMatchObject({
      result: 'failed',
      failure: { code: 'too_many_deletes', params: { deletes: ROWS, rows: ROWS, gone: 0 } },
    });
    expect(await before(pair)).toBe(ROWS);
  }
  for (const strategy of ['compare', 'full', 'changes'] as const)
    await expectBraked(engine, { strategy }, { deletes: ROWS, rows: ROWS, gone: 0 });
  expect(await verifyTable(engine, 'stock', true)).toMatchObject({ result: 'failed' });
  expect(await before(pair)).toBe(ROWS);
});

test('a table that verify --repair has mended is as large as it is then', async () => {
  await using stock = await copiedStock();
  const { pair, engine } = stock;
  await work(
    pair,
    `INSERT INTO stock SELECT n, 'new' FROM generate_series(100001, ${100_000 + MORE}) n`,
    'DELETE FROM stock WHERE id <= 2000',
  );
  expect(await verifyTable(engine, 'stock', true)).toMatchObject({
    result: 'repaired',
    repaired_deletes: 2000,
  });
  await work(pair, 'DELETE FROM stock WHERE id <= 12000');
  expect(await verifyTable(engine, 'stock', true)).toMatchObject({
    result: 'repaired',
    repaired_deletes: 10_000,
  });
});

test('in layout schema, too, another database stays out until a person consents', async () => {
  await using pair = await freshDatabases();
  await work(pair, ...STOCK);
  using home = mirrorHome(pair);
  await using engine = home.open();
  await sync(engine);
  await work(pair, ...OTHERS);
  for (let run = 0; run < 3; run++) await expectBraked(engine, {}, { deletes: ROWS, rows: ROWS, gone: 0 });
  expect(await before(pair, MIRROR)).toBe(ROWS);
});

test('what had gone a week before the brake stopped the table does not make it larger', async () => {
  await using stock = await copiedStock();
  const { pair, engine } = stock;
  await work(pair, 'DELETE FROM stock WHERE id <= 3000');
  expect((await sync(engine)).table('stock')).toMatchObject({ records_deleted: 3000 });
  await work(pair, ...OTHERS);
  for (let run = 0; run < 3; run++) await expectBraked(engine, {}, { rows: ROWS, gone: 3000 });
  await later(pair, 8);
  for (let run = 0; run < 3; run++) await expectBraked(engine, {}, { rows: ROWS - 3000, gone: 0 });
  expect(await before(pair)).toBe(ROWS - 3000);
});

test('what a run has written that was killed in mid-load makes no larger table of it', {
  timeout: 90_000,
}, async () => {
  await using pair = await freshDatabases();
  await work(pair, ...STOCK);
  using home = makeHome(pair, { sync: { chunkRows: 2000 } });
  {
    await using engine = home.open();
    await sync(engine);
  }
  await work(pair, ...OTHERS);
  const runner = await startRunner(home.folder);
  await runner.event('table_progress', ({ processed }) => processed >= 40_000);
  await runner.kill();

  await using engine = home.open();
  for (let run = 0; run < 4; run++) {
    await expectBraked(engine, {}, { deletes: ROWS, rows: ROWS, gone: 0 });
    expect(await before(pair)).toBe(ROWS);
  }
});

test('a consent to a run that was stopped before it removed anything does not outlast it', async () => {
  await using stock = await copiedStock();
  const { pair, engine } = stock;
  await work(pair, ...OTHERS);
  await expectBraked(engine, {}, { deletes: ROWS, rows: ROWS });
  const stop = new AbortController();
  const off = engine.on((event) => {
    if (event.type === 'table_progress') stop.abort('user');
  });
  await engine.syncAll({ trigger: 'cli', strategy: 'full', allowDeletes: true }, { stop: stop.signal });
  off();
  expect(await before(pair)).toBe(ROWS);
  for (let run = 0; run < 3; run++) await expectBraked(engine, {}, { deletes: ROWS, rows: ROWS, gone: 0 });
});

test('a table without a key that holds fewer other rows asks in each run', async () => {
  await using pair = await freshDatabases();
  await work(pair, 'CREATE TABLE stock (id int)', 'INSERT INTO stock SELECT generate_series(1, 20000)');
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await work(pair, 'TRUNCATE stock', 'INSERT INTO stock SELECT generate_series(30001, 40000)');
  for (let run = 0; run < 3; run++)
    await expectBraked(engine, {}, { deletes: ROWS / 2, rows: ROWS, gone: 0 });
  for (let run = 0; run < 2; run++)
    expect(await verifyTable(engine, 'stock', true)).toMatchObject({ failure: { code: 'too_many_deletes' } });
  expect(await before(pair)).toBe(ROWS);
});
