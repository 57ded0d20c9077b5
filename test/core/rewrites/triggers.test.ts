import { expect, test } from 'vitest';
import type { Engine } from '../../../src/core/engineApi.ts';
import { fromCentral, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import {
  atMirror,
  broughtAgain,
  expectMirrored,
  MIRROR,
  mirrorHome,
  work,
} from '../constraints/support/both.ts';

const TABLES = [
  'CREATE TABLE stock (id int PRIMARY KEY, note text)',
  'CREATE TABLE sale (id int PRIMARY KEY, note text)',
  "INSERT INTO stock SELECT n, 'stock ' || n FROM generate_series(1, 200) n",
  "INSERT INTO sale SELECT n, 'sale ' || n FROM generate_series(1, 200) n",
];

/** A trigger of head office's own, that acts on what is written. */
function trigger(
  table: string,
  when: string,
  body: string,
  each = 'ROW',
  name = 'meddle',
): readonly string[] {
  return [
    `CREATE FUNCTION ${MIRROR}.${name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       IF pg_trigger_depth() = 1 THEN ${body} END IF; RETURN NULL; END $$`,
    `CREATE TRIGGER ${name}_it AFTER ${when} ON ${table} FOR EACH ${each} EXECUTE FUNCTION ${MIRROR}.${name}()`,
  ];
}

async function loaded(pair: DatabasePair, ...more: readonly string[]): Promise<Loaded> {
  await work(pair, ...TABLES, ...more);
  const home = mirrorHome(pair, { sync: { parallelTables: 2, chunkRows: 60 } });
  const engine = home.open();
  await sync(engine);
  const dispose = async (): Promise<void> => {
    await engine[Symbol.asyncDispose]();
    home[Symbol.dispose]();
  };
  return { engine, [Symbol.asyncDispose]: dispose };
}

interface Loaded extends AsyncDisposable {
  readonly engine: Engine;
}

for (const [what, each, body] of [
  ['updates', 'ROW', "UPDATE pgsql_lmp.stock SET note = 'meddled' WHERE id BETWEEN 101 AND 110;"],
  ['removes', 'STATEMENT', 'DELETE FROM pgsql_lmp.stock WHERE id BETWEEN 101 AND 110;'],
  ['truncates', 'STATEMENT', 'TRUNCATE pgsql_lmp.stock;'],
  [
    'swaps',
    'ROW',
    "DELETE FROM pgsql_lmp.stock WHERE id = 101; INSERT INTO pgsql_lmp.stock VALUES (999, '') ON CONFLICT DO NOTHING;",
  ],
] as const) {
  test(`a trigger of one table that ${what} rows of another: both are the branch's when the batch ends`, async () => {
    await using pair = await freshDatabases();
    await using ready = await loaded(pair);
    const { engine } = ready;
    await atMirror(pair, ...trigger('sale', 'INSERT OR UPDATE OR DELETE', body, each));
    await work(pair, "UPDATE sale SET note = 'new' WHERE id = 7", 'DELETE FROM sale WHERE id = 9');

    const { batch, table } = await sync(engine);

    expect(batch.status).toBe('completed');
    expect(table('sale').status).toBe('completed');
    expect(broughtAgain(engine, batch.batch_id)).toEqual(['stock for sale']);
    await expectMirrored(pair);
  });
}

for (const strategy of [null, 'full', 'compare'] as const) {
  test(`a trigger that changes other rows of its own table once is found in the same batch, ${strategy ?? 'unasked'}`, async () => {
    await using pair = await freshDatabases();
    await using ready = await loaded(pair);
    const { engine } = ready;
    const body = "IF NEW.id = 7 THEN UPDATE pgsql_lmp.stock SET note = 'meddled' WHERE id = 150; END IF;";
    await atMirror(pair, ...trigger('stock', 'INSERT OR UPDATE', body));
    await work(pair, "UPDATE stock SET note = 'new' WHERE id = 7");

    const { table } = await sync(engine, strategy === null ? {} : { strategy });

    expect(table('stock')).toMatchObject({ status: 'completed', records_processed: 2 });
    await expectMirrored(pair);
    expect((await sync(engine)).table('stock')).toMatchObject({ strategy: 'changes', records_processed: 0 });
  });
}

test('a trigger that changes the next row whenever one is mended fails the table, in every batch until it is gone', async () => {
  await using pair = await freshDatabases();
  await using ready = await loaded(pair);
  const { engine } = ready;
  const body = "UPDATE pgsql_lmp.stock SET note = 'meddled' WHERE id = NEW.id % 200 + 1;";
  await atMirror(pair, ...trigger('stock', 'INSERT OR UPDATE', body));
  await work(pair, "UPDATE stock SET note = 'new' WHERE id = 7");

  for (let run = 0; run < 2; run++) {
    const { table } = await sync(engine);
    expect(table('stock')).toMatchObject({ status: 'failed', error_code: 'central_changes_rows' });
    expect(table('stock').error_detail?.params.causes).toContain('trigger meddle_it');
  }
  await atMirror(pair, 'DROP TRIGGER meddle_it ON stock');
  expect((await sync(engine)).table('stock').status).toBe('completed');
  await expectMirrored(pair);
});

test('tables whose triggers change each other fail, in every batch until one is gone', async () => {
  await using pair = await freshDatabases();
  await using ready = await loaded(pair);
  const { engine } = ready;
  await atMirror(
    pair,
    ...trigger(
      'sale',
      'UPDATE',
      "UPDATE pgsql_lmp.stock SET note = 'meddled' WHERE id = NEW.id;",
      'ROW',
      'there',
    ),
    ...trigger(
      'stock',
      'UPDATE',
      "UPDATE pgsql_lmp.sale SET note = 'meddled' WHERE id = NEW.id;",
      'ROW',
      'back',
    ),
  );
  await work(pair, "UPDATE sale SET note = 'new' WHERE id = 7");

  const { batch, table } = await sync(engine);

  expect(batch.status).toBe('failed');
  expect(table('sale')).toMatchObject({ status: 'failed', error_code: 'central_rewrites_tables' });
  expect((await sync(engine)).batch.status).toBe('failed');
  await atMirror(pair, 'DROP TRIGGER back_it ON stock');
  expect((await sync(engine)).batch.status).toBe('completed');
  await expectMirrored(pair);
});

test('columns of head office’s own that triggers fill are nobody’s concern', async () => {
  await using pair = await freshDatabases();
  await using ready = await loaded(pair);
  const { engine } = ready;
  await atMirror(pair, 'ALTER TABLE stock ADD COLUMN last_sold int', 'ALTER TABLE sale ADD COLUMN seen int');
  const body = `UPDATE pgsql_lmp.stock SET last_sold = NEW.id WHERE id = NEW.id;
    UPDATE pgsql_lmp.sale SET seen = 1 WHERE id = NEW.id;`;
  await atMirror(pair, ...trigger('sale', 'INSERT OR UPDATE', body));
  await work(pair, "UPDATE sale SET note = 'new' WHERE id <= 20");

  const { batch, table } = await sync(engine);

  expect(batch.status).toBe('completed');
  expect(table('sale')).toMatchObject({ status: 'completed', records_processed: 20 });
  expect(await fromCentral(pair, `SELECT count(*) FROM ${MIRROR}.stock WHERE last_sold = id`)).toEqual([
    ['20'],
  ]);
});

test('a trigger that writes to tables which are not copied costs no comparison', async () => {
  await using pair = await freshDatabases();
  await using ready = await loaded(pair);
  const { engine } = ready;
  await atMirror(pair, 'CREATE TABLE audit (id int)');
  await atMirror(
    pair,
    ...trigger('sale', 'INSERT OR UPDATE', 'INSERT INTO pgsql_lmp.audit VALUES (NEW.id);'),
  );
  await work(pair, "UPDATE sale SET note = 'new' WHERE id <= 20");

  const { batch, table } = await sync(engine);

  expect(table('sale')).toMatchObject({ strategy: 'changes', status: 'completed' });
  expect(broughtAgain(engine, batch.batch_id)).toEqual([]);
  expect(await fromCentral(pair, `SELECT count(*) FROM ${MIRROR}.audit`)).toEqual([['20']]);
});

test('a table without a key whose trigger changes another one', async () => {
  await using pair = await freshDatabases();
  await using ready = await loaded(pair, 'CREATE TABLE note (line text)', "INSERT INTO note VALUES ('a')");
  const { engine } = ready;
  const body = "UPDATE pgsql_lmp.stock SET note = 'meddled' WHERE id = 5;";
  await atMirror(pair, ...trigger('note', 'INSERT OR DELETE', body, 'STATEMENT'));
  await work(pair, "INSERT INTO note VALUES ('b')");

  const { batch } = await sync(engine);

  expect(batch.status).toBe('completed');
  expect(broughtAgain(engine, batch.batch_id)).toEqual(['stock for note']);
  await expectMirrored(pair);
});

test('the trigger of a partition that changes rows of another table', async () => {
  await using pair = await freshDatabases();
  await work(pair, ...TABLES);
  await atMirror(
    pair,
    'CREATE TABLE sale (id int PRIMARY KEY, note text) PARTITION BY RANGE (id)',
    'CREATE TABLE sale_low PARTITION OF sale FOR VALUES FROM (MINVALUE) TO (100)',
    'CREATE TABLE sale_high PARTITION OF sale FOR VALUES FROM (100) TO (MAXVALUE)',
    'CREATE TABLE stock (id int PRIMARY KEY, note text) PARTITION BY RANGE (id)',
    'CREATE TABLE stock_all PARTITION OF stock FOR VALUES FROM (MINVALUE) TO (MAXVALUE)',
  );
  using home = mirrorHome(pair);
  await using engine = home.open();
  await sync(engine);
  const body = "UPDATE pgsql_lmp.stock SET note = 'meddled' WHERE id = 5;";
  await atMirror(pair, ...trigger('sale_high', 'UPDATE', body));
  await work(pair, "UPDATE sale SET note = 'new' WHERE id IN (1, 150)");

  const { batch } = await sync(engine);

  expect(batch.status).toBe('completed');
  expect(broughtAgain(engine, batch.batch_id)).toEqual(['stock for sale']);
  await expectMirrored(pair);
});

test('a server that counts nothing: what triggers of the table may have changed is compared', async () => {
  await using pair = await freshDatabases();
  await using ready = await loaded(pair);
  const { engine } = ready;
  const body = "IF NEW.id = 7 THEN UPDATE pgsql_lmp.stock SET note = 'meddled' WHERE id = 150; END IF;";
  await atMirror(pair, ...trigger('stock', 'INSERT OR UPDATE', body));
  await atMirror(pair, 'RESET ROLE; ALTER ROLE branchline SET track_counts = off');
  try {
    await work(pair, "UPDATE stock SET note = 'new' WHERE id = 7");
    expect((await sync(engine)).table('stock')).toMatchObject({ status: 'completed', records_processed: 2 });
    await expectMirrored(pair);
  } finally {
    await atMirror(pair, 'RESET ROLE; ALTER ROLE branchline RESET track_counts');
  }
});
