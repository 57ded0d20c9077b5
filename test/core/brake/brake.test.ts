import { expect, test } from 'vitest';
import { fromCentral, sync } from '../../support/branch.ts';
import { freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import { verifyTable } from '../compare/support.ts';
import { atHeadOffice, copiedStock, expectBraked, HALF_GOES, later, ROWS, STOCK, work } from './support.ts';

for (const strategy of ['full', 'changes', 'compare'] as const) {
  test(`half of a table stays in four runs of strategy ${strategy}, until a person consents (A12)`, async () => {
    await using stock = await copiedStock({ sync: { chunkRows: 700 } });
    const { pair, engine } = stock;
    await work(pair, HALF_GOES);

    for (let run = 0; run < 4; run++) {
      await expectBraked(engine, { strategy }, { deletes: ROWS / 2, rows: ROWS, gone: 0 });
      expect(await atHeadOffice(pair)).toBe(ROWS);
    }

    const allowed = await sync(engine, { strategy, allowDeletes: true });
    expect(allowed.table('stock')).toMatchObject({ status: 'completed', records_deleted: ROWS / 2 });
    expect(await atHeadOffice(pair)).toBe(ROWS / 2);
  });
}

test('half of 100,000 rows stays in four full runs, and in four that compare because of a new column (A12)', async () => {
  await using pair = await freshDatabases();
  await work(
    pair,
    'CREATE TABLE stock (id int PRIMARY KEY)',
    'INSERT INTO stock SELECT generate_series(1, 100000)',
  );
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await work(pair, HALF_GOES);

  for (let run = 0; run < 4; run++)
    await expectBraked(engine, { strategy: 'full' }, { deletes: 50_000, rows: 100_000, gone: 0 });
  expect(await atHeadOffice(pair)).toBe(100_000);

  await work(pair, 'ALTER TABLE stock ADD COLUMN note text DEFAULT 5');
  for (let run = 0; run < 4; run++) await expectBraked(engine, {}, { rows: 100_000, gone: 0 });
  expect(await atHeadOffice(pair)).toBe(100_000);
});

test('the brake says the same in the next run of the batch and in a new one, whatever the strategy', async () => {
  await using stock = await copiedStock({ sync: { chunkRows: 700 } });
  const { pair, engine } = stock;
  await work(pair, HALF_GOES);

  const first = await sync(engine);
  await engine.resume(first.batch.batch_id, { trigger: 'cli' });
  for (const strategy of ['full', 'compare', 'changes', 'full'] as const)
    await expectBraked(engine, { strategy }, { deletes: ROWS / 2, rows: ROWS, gone: 0 });
  expect(await atHeadOffice(pair)).toBe(ROWS);
});

test('what ten runs take a little of each is stopped at a fifth, and says what has gone', async () => {
  await using stock = await copiedStock();
  const { pair, engine } = stock;

  const strategies = ['changes', 'full', 'compare', 'changes'] as const;
  for (const [run, strategy] of strategies.entries()) {
    await work(pair, `DELETE FROM stock WHERE id % 20 = ${run}`);
    const { table } = await sync(engine, { strategy });
    expect(table('stock')).toMatchObject({ status: 'completed', records_deleted: ROWS / 20 });
  }
  for (const run of [4, 5, 6]) {
    await work(pair, `DELETE FROM stock WHERE id % 20 = ${run}`);
    await expectBraked(engine, {}, { deletes: ((run - 3) * ROWS) / 20, rows: ROWS, gone: ROWS / 5 });
  }
  expect(await atHeadOffice(pair)).toBe((ROWS * 4) / 5);

  const allowed = await sync(engine, { allowDeletes: true });
  expect(allowed.table('stock')).toMatchObject({ status: 'completed', records_deleted: (3 * ROWS) / 20 });
  // A consent begins the count anew.
  await work(pair, 'DELETE FROM stock WHERE id % 20 = 7');
  expect((await sync(engine)).table('stock')).toMatchObject({
    status: 'completed',
    records_deleted: ROWS / 20,
  });
});

test('a table that is pruned a little every day never asks', async () => {
  await using stock = await copiedStock();
  const { pair, engine } = stock;
  for (let day = 0; day < 12; day++) {
    // Over 12 days nearly a third of it goes, and nothing comes.
    await work(pair, `DELETE FROM stock WHERE id % 40 = ${day}`);
    expect((await sync(engine)).table('stock').status).toBe('completed');
    await later(pair, 1);
  }
});

test('a table that loses as many old rows as it gets new ones never asks, however often', async () => {
  await using stock = await copiedStock();
  const { pair, engine } = stock;
  for (let day = 0; day < 6; day++) {
    // All in one day: no window ends.
    await work(
      pair,
      'DELETE FROM stock WHERE id IN (SELECT id FROM stock ORDER BY id LIMIT 1500)',
      `INSERT INTO stock SELECT n, 'new' FROM generate_series(${ROWS + day * 1500 + 1}, ${ROWS + day * 1500 + 1500}) n`,
    );
    expect((await sync(engine)).table('stock')).toMatchObject({ status: 'completed', records_deleted: 1500 });
  }
});

test('verify --repair is braked by what would go altogether, and by what runs before have taken', async () => {
  await using stock = await copiedStock({ sync: { chunkRows: 700 } });
  const { pair, engine } = stock;
  await work(pair, HALF_GOES);
  for (let run = 0; run < 2; run++) {
    const braked = await verifyTable(engine, 'stock', true);
    expect(braked).toMatchObject({
      result: 'failed',
      failure: { code: 'too_many_deletes', params: { deletes: ROWS / 2, rows: ROWS, gone: 0 } },
    });
  }
  expect(await atHeadOffice(pair)).toBe(ROWS);
  await expectBraked(engine, {}, { deletes: ROWS / 2, rows: ROWS, gone: 0 });
});

test('what verify --repair has removed counts for the next sync, and the other way round', async () => {
  await using stock = await copiedStock({ sync: { chunkRows: 700 } });
  const { pair, engine } = stock;
  await work(pair, 'DELETE FROM stock WHERE id % 10 = 0');
  expect(await verifyTable(engine, 'stock', true)).toMatchObject({
    result: 'repaired',
    repaired_deletes: ROWS / 10,
  });
  await work(pair, 'DELETE FROM stock WHERE id % 10 = 1');
  expect((await sync(engine)).table('stock')).toMatchObject({ records_deleted: ROWS / 10 });
  await work(pair, 'DELETE FROM stock WHERE id % 10 = 2');
  await expectBraked(engine, {}, { deletes: ROWS / 10, rows: ROWS, gone: ROWS / 5 });
  expect(await verifyTable(engine, 'stock', true)).toMatchObject({
    result: 'failed',
    failure: { code: 'too_many_deletes', params: { deletes: ROWS / 10, gone: ROWS / 5 } },
  });
});

test('new rows of the same pass do not make a larger table of it', async () => {
  await using stock = await copiedStock();
  const { pair, engine } = stock;
  // Another database's rows, four times as many.
  await work(
    pair,
    'DELETE FROM stock WHERE id > 4000',
    `INSERT INTO stock SELECT n, 'other' FROM generate_series(100001, 180000) n`,
  );
  await expectBraked(engine, {}, { deletes: ROWS - 4000, rows: ROWS, gone: 0 });
});

test('a table without a key that is emptied at the branch is braked too (A13)', async () => {
  await using pair = await freshDatabases();
  await work(
    pair,
    'CREATE TABLE stock (note text)',
    "INSERT INTO stock SELECT 'line ' || n FROM generate_series(1, 50000) n",
  );
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await work(pair, 'TRUNCATE stock');

  for (let run = 0; run < 4; run++)
    await expectBraked(engine, {}, { deletes: 50_000, rows: 50_000, gone: 0 });
  expect(await atHeadOffice(pair)).toBe(50_000);

  const allowed = await sync(engine, { allowDeletes: true });
  expect(allowed.table('stock')).toMatchObject({ status: 'completed', records_deleted: 50_000 });
  expect(await atHeadOffice(pair)).toBe(0);
});

test('a table without a key that loses a little in each of several runs is stopped at a fifth (A13)', async () => {
  await using pair = await freshDatabases();
  await work(
    pair,
    'CREATE TABLE stock (note int)',
    `INSERT INTO stock SELECT n FROM generate_series(1, ${ROWS}) n`,
  );
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  for (const run of [0, 1]) {
    await work(pair, `DELETE FROM stock WHERE note % 10 = ${run}`);
    const { table } = await sync(engine);
    expect(table('stock')).toMatchObject({ status: 'completed', records_deleted: ROWS / 10 });
  }
  await work(pair, 'DELETE FROM stock WHERE note % 10 = 2');
  await expectBraked(engine, {}, { deletes: ROWS / 10, rows: ROWS, gone: ROWS / 5 });
});

test('in layout stamp the rows of other branches make no larger table of a small one', async () => {
  await using stock = await copiedStock();
  const { pair, engine } = stock;
  await fromCentral(
    pair,
    "INSERT INTO stock (source_connection, id, note) SELECT 'other', n, '' FROM generate_series(1, 200000) n RETURNING 1",
  );
  await work(pair, HALF_GOES);
  await expectBraked(engine, {}, { deletes: ROWS / 2, rows: ROWS, gone: 0 });
});

test('a consent is not taken over by a resume: what the branch has removed since is another question', async () => {
  await using pair = await freshDatabases();
  await work(
    pair,
    ...STOCK,
    'CREATE TABLE later (id int PRIMARY KEY)',
    'INSERT INTO later SELECT id FROM stock',
  );
  using home = makeHome(pair, { sync: { chunkRows: 5000, parallelTables: 1 } });
  await using engine = home.open();
  await sync(engine);
  const stop = new AbortController();
  const off = engine.on((event) => {
    if (event.type === 'table_progress') stop.abort('user');
  });
  const cut = await engine.syncAll(
    { trigger: 'cli', strategy: 'full', allowDeletes: true },
    { stop: stop.signal },
  );
  off();
  expect(cut.status).toBe('interrupted');
  await work(pair, 'TRUNCATE stock', 'TRUNCATE later');

  await engine.resume(cut.batch_id, { trigger: 'cli' });
  const codes = engine.batch(cut.batch_id).tables.map((one) => one.error_code);
  expect(codes).toEqual(['too_many_deletes', 'too_many_deletes']);
  expect(await atHeadOffice(pair)).toBe(ROWS);

  await engine.resume(cut.batch_id, { trigger: 'cli', allowDeletes: true });
  expect(engine.batch(cut.batch_id).batch.status).toBe('completed');
  expect(await atHeadOffice(pair)).toBe(0);
});

for (const strategy of [null, 'full'] as const) {
  test(`rows that were written before the brake refused to remove others are reported, ${strategy ?? 'unasked'}`, async () => {
    await using stock = await copiedStock();
    const { pair, engine } = stock;
    await work(pair, HALF_GOES, "UPDATE stock SET note = 'new' WHERE id IN (1, 3, 5)");

    const { table } = await sync(engine, strategy === null ? {} : { strategy });

    expect(table('stock')).toMatchObject({
      error_code: 'too_many_deletes',
      records_processed: 3,
      records_deleted: 0,
    });
    expect(await fromCentral(pair, "SELECT count(*) FROM stock WHERE note = 'new'")).toEqual([['3']]);
  });
}
