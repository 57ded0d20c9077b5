import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testDraft } from '../../src/core/probe/connectionTest.ts';
import { loadSettings } from '../../src/core/settings/load.ts';
import { CENTRAL_ROLE } from '../../src/demo/endpoint.ts';
import type { BatchRow, EngineEvent } from '../../src/shared/contract.ts';
import { atBranch, fromCentral } from '../support/branch.ts';
import { type DatabasePair, freshDatabases, settled } from '../support/databases.ts';
import { type Home, listen, makeHome } from '../support/home.ts';
import { connectTo, startServer, type TestServer } from '../support/servers.ts';
import { pgbouncerProgram, startPooler } from './support/pgbouncer.ts';

/** Nine of them are for others than superusers. */
const MOST_CONNECTIONS = 12;
const FREE = MOST_CONNECTIONS - 3;
const ENGINES = 10;
const TABLES = ['one', 'two', 'three', 'four', 'five', 'six'];

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ settings: { max_connections: String(MOST_CONNECTIONS) } });
});
afterAll(() => server.remove());

async function smallBranch(): Promise<DatabasePair> {
  const pair = await freshDatabases({ centralServer: server });
  await atBranch(
    pair,
    ...TABLES.flatMap((name) => [
      `CREATE TABLE ${name} (id int PRIMARY KEY, note text)`,
      `INSERT INTO ${name} SELECT n, repeat('x', 100) FROM generate_series(1, 500) n`,
    ]),
  );
  await settled(pair.source);
  return pair;
}

/** Takes all places for roles that are no superusers. */
async function fill(pair: DatabasePair): Promise<readonly pg.Client[]> {
  return Promise.all(
    Array.from({ length: FREE }, () => connectTo(server, pair.central.database, CENTRAL_ROLE)),
  );
}

async function free(clients: readonly pg.Client[]): Promise<void> {
  await Promise.all(clients.map((one) => one.end()));
}

type Waiting = Extract<EngineEvent, { readonly type: 'waiting_for_central' }>;

function waits(events: readonly EngineEvent[]): readonly Waiting[] {
  return events.filter((one): one is Waiting => one.type === 'waiting_for_central');
}

/** Resolves with the first sign that an engine waits. */
function firstWait(engine: ReturnType<Home['open']>): Promise<Waiting> {
  return new Promise((resolve) => {
    engine.on((event) => {
      if (event.type === 'waiting_for_central') resolve(event);
    });
  });
}

test.for(['stamp', 'schema'])(
  'ten first loads at once finish at a head office with nine places (layout %s)',
  { timeout: 180_000 },
  async (layout) => {
    await using pair = await smallBranch();
    const ids = Array.from({ length: ENGINES }, (_, index) => `branch_${index}`);
    const batches = await Promise.all(
      ids.map(async (id): Promise<BatchRow> => {
        using home = makeHome(pair, { connection: { id }, central: { layout } });
        await using engine = home.open();
        const batch = await engine.syncAll({ trigger: 'cli' });
        const failures = engine.batch(batch.batch_id).tables.filter((row) => row.status !== 'completed');
        expect(failures.map((row) => [row.table_name, row.error_code, row.error_message])).toEqual([]);
        return batch;
      }),
    );
    expect(batches.map(({ status }) => status)).toEqual(ids.map(() => 'completed'));
    const schemas = layout === 'schema' ? ids : ['public'];
    const places = schemas.flatMap((schema) => TABLES.map((name) => `SELECT FROM "${schema}".${name}`));
    const [all] = await fromCentral(pair, `SELECT count(*) FROM (${places.join(' UNION ALL ')}) rows`);
    expect(Number(all?.[0])).toBe(ENGINES * TABLES.length * 500);
  },
);

test('engines that a pooler refuses wait for their turn', { timeout: 120_000 }, async ({ skip }) => {
  const program = pgbouncerProgram();
  if (program === null) return skip('there is no PgBouncer: apt-get install pgbouncer');
  await using pair = await smallBranch();
  await using pooler = await startPooler(program, server, [CENTRAL_ROLE], 2, '', ['max_client_conn = 2']);
  const waited = await Promise.all(
    ['a', 'b', 'c', 'd'].map(async (id) => {
      const { port } = pooler;
      using home = makeHome(pair, { connection: { id }, central: { port, layout: 'stamp' } });
      await using engine = home.open();
      const events = listen(engine);
      expect((await engine.syncAll({ trigger: 'cli' })).status).toBe('completed');
      return waits(events);
    }),
  );
  expect(await pooler.log()).toContain('no more connections allowed');
  expect(waited.flat().map(({ failure }) => failure.sqlstate)).toContain('08P01');
});

test('a run waits until head office has a place, says so, and completes', async () => {
  await using pair = await smallBranch();
  using home = makeHome(pair);
  await using engine = home.open();
  const events = listen(engine);
  const full = await fill(pair);
  const waiting = firstWait(engine);
  const running = engine.syncAll({ trigger: 'cli' });
  expect(await waiting).toMatchObject({
    table: null,
    over: false,
    failure: { code: 'too_many_connections' },
  });
  await free(full);
  expect((await running).status).toBe('completed');
  expect(waits(events).map(({ over }) => over)).toEqual([false, true]);
  expect(events.filter((one) => one.type === 'circuit_opened')).toEqual([]);
});

test('a verify waits until head office has a place, says so, and finds both sides equal', async () => {
  await using pair = await smallBranch();
  using home = makeHome(pair);
  await using engine = home.open();
  await engine.syncAll({ trigger: 'cli' });
  const events = listen(engine);
  const full = await fill(pair);
  const waiting = firstWait(engine);
  const running = engine.verify({ trigger: 'cli' });
  expect(await waiting).toMatchObject({ over: false, failure: { code: 'too_many_connections' } });
  await free(full);
  expect((await running).tables.map((one) => one.result)).toEqual(TABLES.map(() => 'equal'));
  expect(waits(events).at(-1)?.over).toBe(true);
});

test('a verify fails with the reason once its patience is over', async () => {
  await using pair = await smallBranch();
  using home = makeHome(pair, { sync: { headOfficePatienceMinutes: 0.02 } });
  await using engine = home.open();
  await engine.syncAll({ trigger: 'cli' });
  const full = await fill(pair);
  const { tables } = await engine.verify({ trigger: 'cli' });
  await free(full);
  expect(new Set(tables.map((one) => one.failure?.code))).toEqual(new Set(['too_many_connections']));
});

test('a connection test says that head office is full', async () => {
  await using pair = await smallBranch();
  using home = makeHome(pair);
  const full = await fill(pair);
  const central = loadSettings(home.folder).central;
  const steps = await testDraft(home.folder, { kind: 'central', central }, null);
  await free(full);
  const { failure } = steps.at(-1) ?? {};
  expect(failure).toMatchObject({ code: 'too_many_connections', params: { side: 'central' } });
});

test('a run fails with the reason once its patience is over', async () => {
  await using pair = await smallBranch();
  using home = makeHome(pair, { sync: { headOfficePatienceMinutes: 0.02 } });
  await using engine = home.open();
  const full = await fill(pair);
  const begun = performance.now();
  const batch = await engine.syncAll({ trigger: 'cli' });
  const seconds = (performance.now() - begun) / 1000;
  await free(full);
  expect(batch.status).toBe('failed');
  const codes = engine.batch(batch.batch_id).tables.map((row) => row.error_code);
  expect(new Set(codes)).toEqual(new Set(['too_many_connections']));
  expect(seconds).toBeGreaterThanOrEqual(1.2);
});

test('a stop ends the wait at once, and no table fails', async () => {
  await using pair = await smallBranch();
  using home = makeHome(pair);
  await using engine = home.open();
  const full = await fill(pair);
  const waiting = firstWait(engine);
  const stop = new AbortController();
  const running = engine.syncAll({ trigger: 'cli' }, { stop: stop.signal });
  await waiting;
  const begun = performance.now();
  stop.abort();
  const batch = await running;
  expect(performance.now() - begun).toBeLessThan(2000);
  await free(full);
  expect(batch.status).toBe('interrupted');
  expect(engine.batch(batch.batch_id).tables.filter((row) => row.status === 'failed')).toEqual([]);
});

test('a table waits for a place when all of its connections are cut in mid-run', {
  timeout: 60_000,
}, async () => {
  await using pair = await smallBranch();
  await atBranch(pair, "INSERT INTO one SELECT n, repeat('x', 100) FROM generate_series(501, 20000) n");
  using home = makeHome(pair, { sync: { chunkRows: 200 } });
  await using engine = home.open();
  const events = listen(engine);
  const admin = await pair.central.connectAdmin();
  const begun = new Promise<void>((resolve) => {
    engine.on((event) => {
      if (event.type === 'table_progress' && event.table === 'one') resolve();
    });
  });
  const waiting = firstWait(engine);
  const running = engine.syncAll({ trigger: 'cli' });
  await begun;
  await admin.query(`ALTER ROLE ${CENTRAL_ROLE} CONNECTION LIMIT 0`);
  await admin.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${CENTRAL_ROLE}'`,
  );
  expect(await waiting).toMatchObject({ failure: { code: 'too_many_connections' } });
  await admin.query(`ALTER ROLE ${CENTRAL_ROLE} CONNECTION LIMIT -1`);
  await admin.end();
  expect((await running).status).toBe('completed');
  expect(waits(events).at(-1)?.over).toBe(true);
});

test.for([1, 2])(
  'a lock on the DDL of a table that is held longer than the lock time-out is waited for (%i tables)',
  { timeout: 60_000 },
  async (count) => {
    const tables = ['one', 'two'].slice(0, count);
    await using pair = await smallBranch();
    using home = makeHome(pair, { connection: { tables } });
    await using engine = home.open();
    const holder = await pair.central.connectAdmin();
    await holder.query(
      `BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('branchline.ddl table public.one', 0))`,
    );
    const waiting = firstWait(engine);
    const running = engine.syncAll({ trigger: 'cli' });
    expect(await waiting).toMatchObject({ failure: { code: 'central_ddl_locked', sqlstate: '55P03' } });
    await holder.query('COMMIT');
    await holder.end();
    expect((await running).status).toBe('completed');
  },
);

test('a lock on the DDL of head office is waited for while our own tables are made', {
  timeout: 60_000,
}, async () => {
  await using pair = await smallBranch();
  using home = makeHome(pair);
  await using engine = home.open();
  const holder = await pair.central.connectAdmin();
  await holder.query("BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('branchline.ddl', 0))");
  const waiting = firstWait(engine);
  const running = engine.syncAll({ trigger: 'cli' });
  expect(await waiting).toMatchObject({ table: null, failure: { code: 'central_ddl_locked' } });
  await holder.query('COMMIT');
  await holder.end();
  expect((await running).status).toBe('completed');
});

test('a refusal that is not about places fails as before', async () => {
  await using pair = await smallBranch();
  using home = makeHome(pair, { central: { database: 'no_such_database' } });
  await using engine = home.open();
  const events = listen(engine);
  expect((await engine.syncAll({ trigger: 'cli' })).status).toBe('failed');
  expect(waits(events)).toEqual([]);
});
