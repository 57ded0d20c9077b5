import { expect, test } from 'vitest';
import { openEngine } from '../../../src/core/engine.ts';
import type { Engine } from '../../../src/core/engineApi.ts';
import { systemClock, systemPorts } from '../../../src/core/ports.ts';
import { loadSettings } from '../../../src/core/settings/load.ts';
import { atBranch, fromCentral, sync } from '../../support/branch.ts';
import { differences } from '../../support/compare.ts';
import { freshDatabases, settled } from '../../support/databases.ts';
import { CONNECTION, type Home, listen, makeHome } from '../../support/home.ts';

const LEDGER = [
  'CREATE TABLE ledger (id bigint PRIMARY KEY, note text)',
  "INSERT INTO ledger SELECT n, 'note ' || n FROM generate_series(1, 10000) n",
];

/** An engine for which a quarter of an hour passes with every chunk. */
function openHurried(home: Home): Engine {
  let passed = 0;
  const clock = { ...systemClock, monotonic: () => systemClock.monotonic() + passed };
  const ports = { ...systemPorts({ log: () => {} }), clock };
  const engine = openEngine(ports, { folder: home.folder, settings: loadSettings(home.folder) });
  engine.on((event) => {
    if (event.type === 'table_progress') passed += 900_000;
  });
  return engine;
}

test('a long pass closes its snapshot at a chunk border and goes on under a new one', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...LEDGER);
  await settled(pair.source);
  using home = makeHome(pair, { sync: { chunkRows: 1000 } });
  await using engine = openHurried(home);
  const events = listen(engine);

  const { table } = await sync(engine);

  expect(table('ledger')).toMatchObject({ status: 'completed', records_processed: 10_000, retry_count: 0 });
  expect(events.filter((one) => one.type === 'table_progress').length).toBeGreaterThanOrEqual(10);
  expect(
    Number((await fromCentral(pair, 'SELECT seq FROM branchline.checkpoints'))[0]?.[0]),
  ).toBeGreaterThanOrEqual(10);
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
});

test('a stopped batch goes on inside its table when it is resumed', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...LEDGER);
  await settled(pair.source);
  using home = makeHome(pair, { sync: { chunkRows: 1000 } });
  await using engine = home.open();
  const stop = new AbortController();
  engine.on((event) => {
    if (event.type === 'table_progress' && event.processed === 4000) stop.abort('user');
  });

  const batch = await engine.syncAll({ trigger: 'cli' }, { stop: stop.signal });

  expect(batch).toMatchObject({ status: 'interrupted', interruption_reason: 'user' });
  const [cut] = engine.batch(batch.batch_id).tables;
  // Rows of the next chunk may have been on their way.
  const atRow = cut?.records_processed ?? 0;
  expect(atRow).toBeGreaterThanOrEqual(4000);
  expect(atRow).toBeLessThan(10_000);
  expect(cut).toMatchObject({ status: 'in_progress', checkpoint: `["${atRow}"]` });

  const events = listen(engine);
  const resumed = await engine.resume(batch.batch_id, { trigger: 'cli' });

  expect(resumed).toMatchObject({ kind: 'ran', batch: { status: 'completed', resume_count: 1 } });
  expect(events.find((one) => one.type === 'table_resumed')).toMatchObject({ table: 'ledger', atRow });
  expect(engine.batch(batch.batch_id).tables[0]).toMatchObject({
    status: 'completed',
    records_processed: 10_000,
    records_skipped: 0,
  });
  expect(await engine.resume(batch.batch_id, { trigger: 'cli' })).toMatchObject({
    kind: 'already_completed',
  });
});

test('a halted batch rolls its chunk back, and what was committed stands', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...LEDGER);
  await settled(pair.source);
  using home = makeHome(pair, { sync: { chunkRows: 1000 } });
  await using engine = home.open();
  const halt = new AbortController();
  engine.on((event) => {
    if (event.type === 'table_progress' && event.processed === 3000) halt.abort('user');
  });

  const batch = await engine.syncAll({ trigger: 'cli' }, { halt: halt.signal });

  expect(batch.status).toBe('interrupted');
  expect(await fromCentral(pair, 'SELECT count(*) FROM ledger')).toEqual([['3000']]);
  await engine.resume(batch.batch_id, { trigger: 'cli' });
  expect(await fromCentral(pair, 'SELECT count(*), count(DISTINCT id) FROM ledger')).toEqual([
    ['10000', '10000'],
  ]);
});

test('with the journal lost, the next batch finds at central what is there', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...LEDGER);
  await settled(pair.source);
  using home = makeHome(pair);
  using other = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await using without = other.open();

  const { table } = await sync(without);

  expect(table('ledger')).toMatchObject({ status: 'completed', strategy: 'changes', records_processed: 0 });
});

test('rows gone from a table whose text key the servers sort differently are removed, and no others', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE word (w text COLLATE "en-x-icu" PRIMARY KEY, n int)',
    `INSERT INTO word SELECT chr(65 + n % 26 + CASE WHEN n % 2 = 0 THEN 32 ELSE 0 END) || '-' || n, n FROM generate_series(1, 2000) n`,
  );
  using home = makeHome(pair, { sync: { chunkRows: 100 } });
  await using engine = home.open();
  await sync(engine);
  await atBranch(pair, 'DELETE FROM word WHERE n % 10 = 0', 'UPDATE word SET n = -n WHERE n % 7 = 0');

  const { table } = await sync(engine);

  expect(table('word')).toMatchObject({ status: 'completed', records_deleted: 200 });
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
  expect(await fromCentral(pair, "SELECT count(*) FROM pg_class WHERE relname LIKE 'stage_%'")).toEqual([
    ['0'],
  ]);
});
