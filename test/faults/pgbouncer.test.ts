import pg from 'pg';
import { expect, inject, test } from 'vitest';
import { openEngine } from '../../src/core/engine.ts';
import { systemPorts } from '../../src/core/ports.ts';
import { loadSettings } from '../../src/core/settings/load.ts';
import { CENTRAL_ROLE } from '../../src/demo/endpoint.ts';
import { simulateDay } from '../../src/demo/erp/simulateDay.ts';
import type { TableRow } from '../../src/shared/contract.ts';
import { atBranch, atCentral, fromCentral, sync } from '../support/branch.ts';
import { differences } from '../support/compare.ts';
import { type DatabasePair, freshDatabases, settled } from '../support/databases.ts';
import { CONNECTION, type HomeOptions, listen, makeHome } from '../support/home.ts';
import { startProxy } from '../support/proxy.ts';
import { RoundTrips } from '../support/roundTrips.ts';
import { startRunner } from '../support/runner.ts';
import { type Pooler, pgbouncerProgram, startPooler } from './support/pgbouncer.ts';

const SCALE = 0.03;
/** Fewer than the sessions that a run has (one for itself, one for each of its two workers). */
const POOL = 2;
const NONE = 'there is no PgBouncer: apt-get install pgbouncer';

test('whole batches go through PgBouncer in transaction mode, over fewer server sessions than ours', async ({
  skip,
}) => {
  const program = pgbouncerProgram();
  if (program === null) return skip(NONE);
  await using pair = await freshDatabases({ scale: SCALE });
  await using pooler = await startPooler(program, inject('servers').central, [CENTRAL_ROLE], POOL);
  using home = makeHome(pair, through(pooler));
  await using engine = home.open();
  const events = listen(engine);
  const most = await watchSessions(pair);
  engine.on((event) => {
    if (event.type === 'table_progress') most.look();
  });

  const first = await engine.syncAll({ trigger: 'cli' });
  const branch = await pair.source.connectAdmin();
  await simulateDay(async (sql) => void (await branch.query(sql)));
  await branch.end();
  const second = await engine.syncAll({ trigger: 'cli' });
  const third = await engine.syncAll({ trigger: 'cli', strategy: 'full' });

  const rows = (id: string): readonly TableRow[] => engine.batch(id).tables;
  for (const batch of [first, second, third]) {
    expect(batch.status).toBe('completed');
    expect(rows(batch.batch_id).filter((row) => row.status !== 'completed' || row.retry_count > 0)).toEqual(
      [],
    );
  }
  expect(new Set(rows(second.batch_id).map((row) => row.strategy))).toEqual(new Set(['changes', 'replace']));
  expect(rows(second.batch_id).some((row) => row.records_deleted > 0)).toBe(true);
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
  expect(await most.end()).toBeLessThanOrEqual(POOL);
  expect(await fromCentral(pair, "SELECT relname FROM pg_class WHERE relname LIKE 'stage_%'")).toEqual([]);
  const log = await pooler.log();
  expect(log).not.toMatch(/prepared statement/);
  // Refused once, remembered for all other sessions.
  expect(log.match(/closing because: unsupported startup parameter/g)).toHaveLength(1);
  expect(events.filter((event) => event.type === 'stale_backends_ended')).toEqual([]);
});

test('a run that is killed behind PgBouncer goes on from its last chunk', async ({ skip }) => {
  const program = pgbouncerProgram();
  if (program === null) return skip(NONE);
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE item (id int PRIMARY KEY, note text)',
    "INSERT INTO item SELECT n, repeat('x', 200) FROM generate_series(1, 20000) n",
  );
  await settled(pair.source);
  await using pooler = await startPooler(program, inject('servers').central, [CENTRAL_ROLE], POOL);
  using home = makeHome(pair, { ...through(pooler), sync: { chunkRows: 200 } });
  const runner = await startRunner(home.folder);
  const { batch } = await runner.event('batch_started');
  await runner.chunks(10);
  await runner.kill();

  await using engine = home.open();
  const resumed = listen(engine);
  await engine.resume(batch.batch_id, { trigger: 'cli' });

  const [row] = engine.batch(batch.batch_id).tables;
  expect(row).toMatchObject({ status: 'completed', records_processed: 20_000, records_skipped: 0 });
  expect(resumed.some((event) => event.type === 'table_resumed' && event.atRow >= 2000)).toBe(true);
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
});

test('what other clients have set in the sessions that PgBouncer lends us does no harm', async ({ skip }) => {
  const program = pgbouncerProgram();
  if (program === null) return skip(NONE);
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE item (id int PRIMARY KEY, at timestamptz, day date, spell interval, f float8, b bytea, note text)',
    `INSERT INTO item SELECT n, '2025-11-08 14:30:52+07'::timestamptz + n * interval '1 minute', '2025-02-03'::date + n,
       make_interval(months => n, secs => -n), n / 3.0, decode('00ff', 'hex'), 'back\\slash' FROM generate_series(1, 500) n`,
    'CREATE TABLE texts AS TABLE item',
    'ALTER TABLE texts ADD PRIMARY KEY (id)',
  );
  // A wider key at head office, so that all values travel as text there.
  await atCentral(
    pair,
    `CREATE TABLE texts (source_connection text, id bigint, at timestamptz, day date, spell interval, f float8,
       b bytea, note text, PRIMARY KEY (source_connection, id))`,
    'ALTER TABLE texts OWNER TO branchline',
  );
  await using pooler = await startPooler(program, inject('servers').central, [CENTRAL_ROLE], POOL);
  using home = makeHome(pair, { ...through(pooler), sync: { chunkRows: 100 } });
  await using engine = home.open();
  const dirty = async () => {
    const clients = await Promise.all([lent(pair, pooler), lent(pair, pooler)]);
    // In a transaction each, so that each has a server session of its own.
    await Promise.all(clients.map((client) => client.query('BEGIN')));
    for (const client of clients) {
      await client.query(
        `SET search_path = pg_temp; SET IntervalStyle = 'sql_standard'; SET extra_float_digits = -10;
         SET bytea_output = 'escape'; SET lock_timeout = '1ms'; SET statement_timeout = '2s';
         SET backslash_quote = off; SET row_security = off`,
      );
    }
    await Promise.all(clients.map((client) => client.query('COMMIT')));
    await Promise.all(clients.map((client) => client.end()));
  };

  await dirty();
  expect((await sync(engine)).batch.status).toBe('completed');
  await atBranch(pair, "UPDATE item SET note = 'new' WHERE id % 3 = 0", 'DELETE FROM texts WHERE id = 7');
  await dirty();
  expect((await sync(engine)).batch.status).toBe('completed');
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
});

function through(pooler: Pooler): HomeOptions {
  return { central: { host: '127.0.0.1', port: pooler.port } };
}

/** Another program's client of the same pool. */
async function lent({ central }: DatabasePair, pooler: Pooler): Promise<pg.Client> {
  const { database, user, password } = central;
  const client = new pg.Client({ host: '127.0.0.1', port: pooler.port, database, user, password });
  await client.connect();
  return client;
}

/** Counts the sessions that the role has at the server, each time it is asked to look. */
async function watchSessions(pair: DatabasePair) {
  const client = await pair.central.connectAdmin();
  const looks: Promise<number>[] = [];
  const count = async (): Promise<number> => {
    const found = await client.query<{ n: string }>(
      'SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND usename = $1',
      [CENTRAL_ROLE],
    );
    return Number(found.rows[0]?.n);
  };
  return {
    look: () => void looks.push(count()),
    end: async (): Promise<number> => {
      const seen = await Promise.all(looks);
      await client.end();
      expect(seen.length).toBeGreaterThan(0);
      return Math.max(...seen);
    },
  };
}

test('a verify of many tables goes through PgBouncer in a handful of round trips', async ({ skip }) => {
  const program = pgbouncerProgram();
  if (program === null) return skip(NONE);
  await using pair = await freshDatabases();
  const tables = Array.from({ length: 20 }, (_, n) => `item_${n + 1}`);
  await atBranch(
    pair,
    ...tables.flatMap((name) => [
      `CREATE TABLE ${name} (id int PRIMARY KEY, at timestamptz, span interval, rate float8)`,
      `INSERT INTO ${name} SELECT n, '2025-01-31 10:00+07', n * interval '1 day', n / 7.0 FROM generate_series(1, 20) n`,
    ]),
  );
  await settled(pair.source);
  await using pooler = await startPooler(program, inject('servers').central, [CENTRAL_ROLE], POOL);
  const roundTrips = new RoundTrips();
  await using proxy = await startProxy({ ...pair.central, port: pooler.port }, roundTrips.observe);
  using home = makeHome(pair, { central: { host: proxy.host, port: proxy.port } });
  await using engine = home.open();
  await sync(engine);
  await sync(engine);
  const strange = await lent(pair, pooler);
  // Another program's settings, in a session that ours may be lent next.
  await strange.query(
    "SET TimeZone = 'Asia/Jakarta'; SET IntervalStyle = 'sql_standard'; SET enable_hashagg = off",
  );
  await strange.end();
  await atCentral(pair, 'UPDATE item_4 SET rate = rate + 1e-15 WHERE id = 3');

  roundTrips.reset();
  const verified = await engine.verify({ trigger: 'cli' });
  const { count, first } = roundTrips;

  const unequal = verified.tables.filter((row) => row.result !== 'equal');
  expect(unequal.map((row) => [row.table_name, row.result])).toEqual([['item_4', 'differs']]);
  expect(verified.tables).toHaveLength(20);
  expect(count, first.join('\n')).toBeLessThanOrEqual(14);
});

test.for(['first load', 'nothing changed'])(
  'a run waits for its turn in the pool for longer than an answer may take (%s)',
  async (what, { skip }) => {
    const program = pgbouncerProgram();
    if (program === null) return skip(NONE);
    await using pair = await freshDatabases();
    await atBranch(
      pair,
      ...['one', 'two', 'three'].flatMap((name) => [
        `CREATE TABLE ${name} (id int PRIMARY KEY, note text)`,
        `INSERT INTO ${name} SELECT n, 'x' FROM generate_series(1, 100) n`,
      ]),
    );
    await settled(pair.source);
    await using pooler = await startPooler(program, inject('servers').central, [CENTRAL_ROLE], 1);
    using home = makeHome(pair, through(pooler));
    await using engine = openEngine(systemPorts({ log: () => {} }), {
      folder: home.folder,
      settings: loadSettings(home.folder),
      timeouts: { answerMs: 1000 },
    });
    if (what === 'nothing changed') await sync(engine);
    const events = listen(engine);
    // Others have the only session again and again, and each time for longer than our limit for an answer.
    const others = lentAgain(pair, pooler, 1500);
    const { batch } = await sync(engine);
    expect(await others.end()).toBeGreaterThan(2);
    expect(batch.status).toBe('completed');
    expect(events.filter(({ type }) => type === 'table_retrying' || type === 'circuit_opened')).toEqual([]);
  },
);

/** Another program's client, whose transactions take so long each, until it is ended. */
function lentAgain(pair: DatabasePair, pooler: Pooler, ms: number) {
  let over = false;
  const work = async (): Promise<number> => {
    const client = await lent(pair, pooler);
    let transactions = 0;
    for (; !over; transactions++) await client.query(`SELECT pg_sleep(${ms / 1000})`);
    await client.end();
    return transactions;
  };
  const worked = work();
  return {
    end: (): Promise<number> => {
      over = true;
      return worked;
    },
  };
}
