import { expect, test } from 'vitest';
import type { Engine } from '../../../src/core/engineApi.ts';
import { atCentral, fromCentral, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';
import { verifyTable } from '../compare/support.ts';
import { MIRROR, mirrorHome } from '../constraints/support/both.ts';
import { later, work } from './support.ts';

const TABLES = Array.from({ length: 12 }, (_, index) => `stock_${index + 1}`);
const EACH = 800;
const ALL = TABLES.length * EACH;

function each(statement: (table: string) => string): readonly string[] {
  return TABLES.map(statement);
}

const LOADED = TABLES.flatMap((table) => [
  `CREATE TABLE ${table} (id int PRIMARY KEY, note text)`,
  `INSERT INTO ${table} SELECT n, 'stock ' || n FROM generate_series(1, ${EACH}) n`,
]);
/** No table loses so many that it would ask by itself. */
const HALF_OF_EACH = each((table) => `DELETE FROM ${table} WHERE id % 2 = 0`);

async function rowsAtHeadOffice(pair: DatabasePair, schema = 'public'): Promise<number> {
  const sum = TABLES.map((table) => `(SELECT count(*) FROM ${schema}.${table})`).join(' + ');
  return Number((await fromCentral(pair, `SELECT ${sum}`))[0]?.[0]);
}

function codes(engine: Engine, batchId: string): readonly (string | null)[] {
  return engine.batch(batchId).tables.map((one) => one.error_code);
}

for (const strategy of [null, 'full', 'compare'] as const) {
  test(`many tables do not lose together what one may not lose alone, strategy ${strategy ?? 'unasked'}`, async () => {
    await using pair = await freshDatabases();
    await work(pair, ...LOADED);
    using home = makeHome(pair);
    await using engine = home.open();
    await sync(engine);
    await work(pair, ...HALF_OF_EACH);
    const asked = strategy === null ? {} : { strategy };

    for (let run = 0; run < 3; run++) {
      const { batch } = await sync(engine, asked);
      expect(batch.status).toBe('failed');
      // A fifth of all: four of the twelve tables have gone on.
      expect(await rowsAtHeadOffice(pair)).toBe(ALL - 4 * (EACH / 2));
      const failed = engine.batch(batch.batch_id).tables.filter((one) => one.status === 'failed');
      expect(failed).toHaveLength(8);
      for (const { error_detail } of failed)
        expect(error_detail).toMatchObject({
          code: 'too_many_deletes_in_all',
          params: { connection: CONNECTION, deletes: EACH / 2, rows: EACH, gone: 4 * (EACH / 2), all: ALL },
        });
    }

    const last = await sync(engine, asked);
    const open = engine.batch(last.batch.batch_id).tables.filter((one) => one.status === 'failed');
    const tables = open.map((one) => ({ connection: CONNECTION, table: one.table_name }));
    await engine.resume(last.batch.batch_id, { trigger: 'cli', tables, allowDeletes: true });
    expect(engine.batch(last.batch.batch_id).batch.status).toBe('completed');
    expect(await rowsAtHeadOffice(pair)).toBe(ALL / 2);

    // The consent has begun the sums of all tables anew, those that had gone on before among them.
    await work(pair, ...each((table) => `DELETE FROM ${table} WHERE id <= 100`));
    expect((await sync(engine, asked)).batch.status).toBe('completed');
    expect(await rowsAtHeadOffice(pair)).toBe(ALL / 2 - TABLES.length * 50);
  });
}

test('several workers at once let no more go than one does', async () => {
  await using pair = await freshDatabases();
  await work(pair, ...LOADED);
  using home = makeHome(pair, { sync: { parallelTables: 8 } });
  await using engine = home.open();
  await sync(engine);
  await work(pair, ...HALF_OF_EACH);
  await sync(engine);
  expect(await rowsAtHeadOffice(pair)).toBe(ALL - 4 * (EACH / 2));
});

test('tables without a key, verify --repair and layout schema count along', async () => {
  await using pair = await freshDatabases();
  await work(pair, ...LOADED, ...each((table) => `ALTER TABLE ${table} DROP CONSTRAINT ${table}_pkey`));
  using home = mirrorHome(pair);
  await using engine = home.open();
  await sync(engine);
  await work(pair, ...HALF_OF_EACH);
  await sync(engine);
  expect(await rowsAtHeadOffice(pair, MIRROR)).toBe(ALL - 4 * (EACH / 2));
  const [last] = engine.batches(1);
  const open = engine.batch(last?.batch_id ?? '').tables.find((one) => one.status === 'failed');
  expect(await verifyTable(engine, open?.table_name ?? '', true)).toMatchObject({
    result: 'failed',
    failure: { code: 'too_many_deletes_in_all', params: { gone: 4 * (EACH / 2), all: ALL } },
  });
});

test('what runs take a little of each adds up over them, for a week', async () => {
  await using pair = await freshDatabases();
  await work(pair, ...LOADED);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  for (const run of [0, 1, 2]) {
    await work(pair, ...each((table) => `DELETE FROM ${table} WHERE id % 16 = ${run}`));
    expect((await sync(engine)).batch.status).toBe('completed');
  }
  await work(pair, ...each((table) => `DELETE FROM ${table} WHERE id % 16 = 3`));
  const { batch } = await sync(engine);
  // 150 of each have gone before: two more tables go, and the next one would be more than a fifth.
  expect(codes(engine, batch.batch_id).filter((code) => code === 'too_many_deletes_in_all')).toHaveLength(10);
  await later(pair, 8);
  expect((await sync(engine)).batch.status).toBe('completed');
});

test('tables that get as many rows as they lose never ask together', async () => {
  await using pair = await freshDatabases();
  await work(pair, ...LOADED);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  for (let day = 0; day < 3; day++) {
    const next = EACH + day * 300;
    await work(
      pair,
      ...each((table) => `DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} ORDER BY id LIMIT 300)`),
      ...each(
        (table) => `INSERT INTO ${table} SELECT n, 'new' FROM generate_series(${next + 1}, ${next + 300}) n`,
      ),
    );
    expect((await sync(engine)).batch.status).toBe('completed');
  }
});

test('a consent that one table needs leaves the sums of others alone', async () => {
  await using pair = await freshDatabases();
  await work(
    pair,
    ...LOADED,
    'CREATE TABLE large (id int PRIMARY KEY)',
    'INSERT INTO large SELECT generate_series(1, 5000)',
  );
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  const some = TABLES.slice(0, 3);
  await work(pair, ...some.map((table) => `DELETE FROM ${table} WHERE id <= 300`));
  expect((await sync(engine)).batch.status).toBe('completed');
  await work(pair, 'DELETE FROM large WHERE id <= 1500');
  expect((await sync(engine)).table('large').error_code).toBe('too_many_deletes');
  expect((await sync(engine, { allowDeletes: true })).batch.status).toBe('completed');
  const kept = await fromCentral(pair, 'SELECT sum(removed) FROM branchline.checkpoints');
  expect(kept).toEqual([['900']]);
});

const NOTES = 5000;
const OWNERS = [
  'CREATE TABLE owner (id int PRIMARY KEY, name text)',
  "INSERT INTO owner SELECT n, 'o' || n FROM generate_series(1, 20000) n",
];

test('what cascades take of a table of head office adds up over runs', async () => {
  await using pair = await freshDatabases();
  await work(pair, ...OWNERS);
  using home = mirrorHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atCentral(
    pair,
    'CREATE SCHEMA desk',
    `CREATE TABLE desk.notes (n int, p int REFERENCES ${MIRROR}.owner ON DELETE CASCADE)`,
    `INSERT INTO desk.notes SELECT n, 1 + (n - 1) / 100 FROM generate_series(1, ${NOTES}) n`,
    'GRANT USAGE ON SCHEMA desk TO branchline',
    'GRANT SELECT ON ALL TABLES IN SCHEMA desk TO branchline',
  );
  // 900 of 5,000 notes, then 100: a fifth, and no more.
  for (const upTo of [9, 10]) {
    await work(pair, `DELETE FROM owner WHERE id <= ${upTo}`);
    expect((await sync(engine)).table('owner').status).toBe('completed');
  }
  await work(pair, 'DELETE FROM owner WHERE id <= 12');
  for (let run = 0; run < 2; run++) {
    expect((await sync(engine)).table('owner').error_detail).toMatchObject({
      code: 'too_many_deletes',
      params: { table: 'desk.notes', name: 'owner', deletes: 200, rows: NOTES, gone: 1000 },
    });
  }
  const notes = async () => (await fromCentral(pair, 'SELECT count(*) FROM desk.notes'))[0]?.[0];
  expect(await notes()).toBe('4000');
  expect((await sync(engine, { allowDeletes: true })).table('owner').status).toBe('completed');
  expect(await notes()).toBe('3800');
  // The consent has begun it anew.
  await work(pair, 'DELETE FROM owner WHERE id <= 15');
  expect((await sync(engine)).table('owner').status).toBe('completed');
  // Rows of head office's own that are no table of the branch trouble nobody.
  expect(engine.standing().leftBehind).toEqual([]);
});

test('what cascades take counts among what the connection loses', async () => {
  await using pair = await freshDatabases();
  await work(
    pair,
    'CREATE TABLE owner (id int PRIMARY KEY, name text)',
    "INSERT INTO owner SELECT n, 'o' || n FROM generate_series(1, 2000) n",
  );
  using home = mirrorHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atCentral(
    pair,
    'CREATE SCHEMA desk',
    ...['a', 'b'].flatMap((name) => [
      `CREATE TABLE desk.${name} (n int, p int REFERENCES ${MIRROR}.owner ON DELETE CASCADE)`,
      `INSERT INTO desk.${name} SELECT n, 1 + n % 5 FROM generate_series(1, 900) n`,
    ]),
    'GRANT USAGE ON SCHEMA desk TO branchline',
    'GRANT SELECT ON ALL TABLES IN SCHEMA desk TO branchline',
  );
  await work(pair, 'DELETE FROM owner WHERE id <= 5');
  expect((await sync(engine)).table('owner').error_detail).toMatchObject({
    code: 'too_many_deletes_in_all',
    params: { name: 'owner', deletes: 5, rows: 2000, gone: 1800, all: 2000 },
  });
  expect(await fromCentral(pair, 'SELECT count(*) FROM desk.a')).toEqual([['900']]);
});
