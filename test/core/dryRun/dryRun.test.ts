import { expect, test } from 'vitest';
import type { Engine } from '../../../src/core/engineApi.ts';
import { loadSettings } from '../../../src/core/settings/load.ts';
import type { DryRunTable } from '../../../src/shared/dryRun.ts';
import { atCentral, fromCentral, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import { copiedStock, ROWS, work } from '../brake/support.ts';

async function lookAt(engine: Engine, request: Parameters<Engine['dryRun']>[0] = {}) {
  const report = await engine.dryRun(request);
  return {
    ...report,
    table: (name: string): DryRunTable =>
      report.tables.find((one) => one.table_name === name) ?? expect.fail(`no ${name}`),
  };
}

/** Everything of head office that a dry run could have changed. */
async function atHeadOffice(pair: DatabasePair): Promise<unknown> {
  const objects = await fromCentral(
    pair,
    `SELECT n.nspname, c.relname, c.relkind, c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname NOT LIKE 'pg_%' AND n.nspname <> 'information_schema' ORDER BY 1, 2`,
  );
  const own = objects.filter(([schema]) => schema === 'branchline').map(([, name]) => name);
  const rows = await Promise.all(
    ['sources', 'checkpoints']
      .filter((one) => own.includes(one))
      .map((one) => fromCentral(pair, `SELECT x::text, x.xmin FROM branchline.${one} x ORDER BY 1`)),
  );
  return { objects, rows };
}

test('before a first load it says what would be made and sent, and writes nothing anywhere', async () => {
  await using pair = await freshDatabases();
  await work(
    pair,
    'CREATE TABLE ledger (id int PRIMARY KEY, note text)',
    "INSERT INTO ledger SELECT n, repeat('x', 100) FROM generate_series(1, 5000) n",
    'CREATE TABLE note (at timestamptz, text text)',
    "INSERT INTO note VALUES (now(), 'a'), (now(), 'b')",
  );
  using home = makeHome(pair);
  await using engine = home.open();
  const before = await atHeadOffice(pair);
  const log = engine.log().length;

  const { tables, failures, estimate, table } = await lookAt(engine);

  expect(failures).toEqual([]);
  expect(tables).toHaveLength(2);
  expect(table('ledger')).toMatchObject({
    strategy: 'full',
    reason: 'first_load',
    creates: true,
    send: { rows: 5000, exact: true },
    deletes: { rows: 0, exact: true },
    braked: false,
  });
  expect(table('note')).toMatchObject({
    strategy: 'replace',
    reason: 'no_key',
    send: { rows: 2, exact: true },
  });
  // Nobody has measured this link.
  expect(estimate).toMatchObject({ sent_bytes: null, bytes_per_second: null, seconds: null });
  expect(await atHeadOffice(pair)).toEqual(before);
  expect(engine.log()).toHaveLength(log);
  expect(engine.batches(1)).toEqual([]);
  expect(engine.holder()).toBeNull();

  const ran = await sync(engine);
  const { bytes, sent_bytes } = ran.table('ledger');
  expect(table('ledger').bytes ?? 0).toBeGreaterThan(bytes * 0.9);
  expect(table('ledger').bytes ?? 0).toBeLessThan((sent_bytes ?? 0) * 1.1);
});

test('the size of a first load is near what is then sent, for the tables of an ERP', async () => {
  await using pair = await freshDatabases({ scale: 0.05 });
  using home = makeHome(pair);
  await using engine = home.open();

  const { estimate } = await lookAt(engine);

  const { batch } = await sync(engine);
  expect(estimate.bytes / (batch.sent_bytes ?? 0)).toBeGreaterThan(0.9);
  expect(estimate.bytes / (batch.sent_bytes ?? 0)).toBeLessThan(1.1);
});

test('what it says of changes is what the run then does', async () => {
  await using copied = await copiedStock();
  const { pair, engine } = copied;
  await work(pair, "UPDATE stock SET note = 'new' WHERE id <= 70", 'DELETE FROM stock WHERE id > 19990');
  const before = await atHeadOffice(pair);

  const { table, estimate } = await lookAt(engine);

  expect(table('stock')).toMatchObject({
    strategy: 'changes',
    reason: 'row_versions',
    creates: false,
    alters: 0,
    send: { rows: 70, exact: true },
    deletes: { rows: 10, exact: false },
    braked: false,
  });
  expect(estimate.unknown_tables).toBe(0);
  expect(await atHeadOffice(pair)).toEqual(before);
  const ran = await sync(engine);
  expect(ran.table('stock')).toMatchObject({
    strategy: 'changes',
    records_processed: 70,
    records_deleted: 10,
  });
  expect((await lookAt(engine)).table('stock')).toMatchObject({ send: { rows: 0, exact: true } });
});

test('deletes that the brake would stop are told beforehand, and so is what a consent does', async () => {
  await using copied = await copiedStock();
  await work(copied.pair, 'DELETE FROM stock WHERE id % 2 = 0');

  const { table } = await lookAt(copied.engine);

  expect(table('stock')).toMatchObject({ deletes: { rows: ROWS / 2, exact: true }, braked: true });
  const allowed = await lookAt(copied.engine, { allowDeletes: true });
  expect(allowed.table('stock')).toMatchObject({ deletes: { rows: ROWS / 2 }, braked: false });
});

test('a comparison sends what only it can find: that is unknown, and no number is made up', async () => {
  await using copied = await copiedStock();
  await atCentral(copied.pair, "UPDATE stock SET note = 'other' WHERE id < 100");

  const { table, estimate } = await lookAt(copied.engine, { strategy: 'compare' });

  expect(table('stock')).toMatchObject({ strategy: 'compare', reason: 'asked', send: null, bytes: null });
  expect(estimate.unknown_tables).toBe(1);
});

test('columns to be added are counted, and a table that would fail says why', async () => {
  await using copied = await copiedStock();
  const { pair, engine } = copied;
  await work(
    pair,
    'CREATE TABLE fits (id int PRIMARY KEY, name text)',
    'CREATE TABLE odd (id int PRIMARY KEY, n int)',
  );
  await sync(engine);
  await work(pair, 'ALTER TABLE fits ADD COLUMN more text', 'ALTER TABLE odd ALTER COLUMN n TYPE text');
  await atCentral(pair, 'ALTER TABLE odd ALTER COLUMN n TYPE boolean USING n = 1');

  const { table } = await lookAt(engine);

  expect(table('fits')).toMatchObject({ alters: 1, failure: null, strategy: 'compare' });
  expect(table('odd')).toMatchObject({ strategy: null, failure: { code: 'column_incompatible' } });
  expect(await fromCentral(pair, 'SELECT count(*) FROM fits')).toEqual([['0']]);
});

test('a branch that does not answer is a failure of its connection', async () => {
  await using pair = await freshDatabases();
  using home = makeHome(pair, { connection: { port: 1 } });
  await using engine = home.open();

  const { tables, failures } = await lookAt(engine);

  expect(tables).toEqual([]);
  expect(failures).toMatchObject([{ failure: { code: 'source_unreachable' } }]);
});

test('once a batch has sent enough, the time is told by its speed and by the cap', async () => {
  await using pair = await freshDatabases();
  await work(
    pair,
    'CREATE TABLE ledger (id int PRIMARY KEY, note text)',
    "INSERT INTO ledger SELECT n, repeat('x', 1000) FROM generate_series(1, 3000) n",
  );
  using home = makeHome(pair);
  await using engine = home.open();
  const { batch } = await sync(engine);
  await work(pair, 'CREATE TABLE copy AS SELECT * FROM ledger', 'ALTER TABLE copy ADD PRIMARY KEY (id)');

  const { estimate } = await lookAt(engine);

  const speed = (batch.sent_bytes ?? 0) / (batch.duration_seconds ?? 1);
  expect(estimate.bytes_per_second).toBeCloseTo(speed, -3);
  expect(estimate.bytes).toBeGreaterThan(3_000_000);
  expect(estimate.seconds).toBeCloseTo((estimate.sent_bytes ?? 0) / speed, 1);

  const settings = loadSettings(home.folder);
  engine.useSettings({ ...settings, sync: { ...settings.sync, bandwidthKbps: 80 } });
  const capped = (await lookAt(engine)).estimate;
  expect(capped.bytes_per_second).toBe(10_000);
  expect(capped.seconds).toBeGreaterThan(300);
});
