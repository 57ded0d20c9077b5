import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, inject, test } from 'vitest';
import { requestCancel } from '../../../src/core/postgres/cancel.ts';
import { DEFAULT_TIMEOUTS, Session, type SessionOptions } from '../../../src/core/postgres/session.ts';
import { discoverTables } from '../../../src/core/probe/discovery.ts';
import { loadSettings } from '../../../src/core/settings/load.ts';
import { CENTRAL_ROLE, SOURCE_ROLE } from '../../../src/demo/endpoint.ts';
import { InterruptionReason } from '../../../src/shared/status.ts';
import { runCli } from '../../cli/run.ts';
import { pgbouncerProgram, startPooler } from '../../faults/support/pgbouncer.ts';
import { openImpatient } from '../../faults/support/place.ts';
import { atBranch, atCentral, sync } from '../../support/branch.ts';
import { hasOpenssl, issue, makeCa } from '../../support/certificates.ts';
import { freshDatabases, type TestDatabase } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';
import { connectTo } from '../../support/servers.ts';
import { startTlsProxy } from '../../support/tlsProxy.ts';

/** Longer than any test: what ends within it was ended. */
const PATIENT = { lockMs: 600_000, answerMs: 600_000, workMs: 600_000 };

/** A view that never comes to its first row. */
const ENDLESS = [
  `CREATE VIEW endless AS SELECT 1 AS id, pg_sleep(600)::text AS waited`,
  'GRANT SELECT ON ALL TABLES IN SCHEMA adempiere TO branchline_read',
];

const STATEMENTS = `SELECT FROM pg_stat_activity WHERE datname = $1
  AND usename IN ('${SOURCE_ROLE}', '${CENTRAL_ROLE}') AND state = 'active'`;

/** Waits until a database has, or no longer has, a statement of ours under way that waits for something. */
async function statements(database: TestDatabase, wanted: 'some' | 'none', waitsFor = ''): Promise<void> {
  // In another database: a test holds locks on the catalogue of this one.
  const admin = await connectTo(database);
  try {
    const text = waitsFor === '' ? STATEMENTS : `${STATEMENTS} AND wait_event_type = '${waitsFor}'`;
    const deadline = Date.now() + 60_000;
    while (Date.now() < deadline) {
      const { rowCount } = await admin.query(text, [database.database]);
      if ((rowCount ?? 0) > 0 === (wanted === 'some')) return;
      await sleep(50);
    }
    const { rows } = await admin.query(
      'SELECT application_name, state, wait_event_type, query FROM pg_stat_activity WHERE datname = $1',
      [database.database],
    );
    throw new Error(
      `${wanted} statements wanted, waiting for ${waitsFor || 'anything'}: ${JSON.stringify(rows)}`,
    );
  } finally {
    await admin.end();
  }
}

describe('Ctrl+C on the command line ends the statement at the branch within seconds (C11)', () => {
  const COMMANDS: readonly (readonly [string, readonly string[]])[] = [
    ['sync-all', ['sync-all', '--tables', 'endless']],
    ['sync-table', ['sync-table', 'endless', '--connection', 'pgsql_lmp']],
  ];
  test.each(COMMANDS)('%s', async (_name, args) => {
    await using pair = await freshDatabases();
    await atBranch(pair, ...ENDLESS);
    using home = makeHome(pair, { connection: { tables: ['*', 'endless'] } });

    const ended = runCli([...args, '--data-dir', home.folder], {
      onStart: (child) => {
        void statements(pair.source, 'some', 'Timeout').then(() => child.kill('SIGINT'));
      },
    });

    expect(await ended).toMatchObject({ code: 3 });
    await statements(pair.source, 'none');
  });

  test('verify', async () => {
    await using pair = await freshDatabases();
    await atBranch(
      pair,
      'CREATE TABLE slow AS SELECT 0 AS seconds',
      'CREATE VIEW endless AS SELECT 1 AS id, (SELECT pg_sleep(seconds)::text FROM slow) AS waited',
      'GRANT SELECT ON ALL TABLES IN SCHEMA adempiere TO branchline_read',
    );
    using home = makeHome(pair, { connection: { tables: ['endless'] } });
    {
      await using engine = home.open();
      expect((await sync(engine)).batch.status).toBe('completed');
    }
    await atBranch(pair, 'UPDATE slow SET seconds = 600');

    const ended = runCli(['verify', '--data-dir', home.folder], {
      onStart: (child) => {
        void statements(pair.source, 'some', 'Timeout').then(() => child.kill('SIGINT'));
      },
    });

    expect(await ended).toMatchObject({ code: 3 });
    await statements(pair.source, 'none');
  });
});

describe('a cancel request ends the statement and leaves the session', () => {
  const options = (at: TestDatabase, sslmode: 'disable' | 'require'): SessionOptions => ({
    side: 'source',
    endpoint: {
      host: at.host,
      port: at.port,
      database: at.database,
      user: at.user,
      sslmode,
      connectTimeoutSeconds: 15,
    },
    connection: CONNECTION,
    folder: tmpdir(),
    applicationName: 'branchline/test/cancel',
    timeouts: { ...DEFAULT_TIMEOUTS, ...PATIENT },
    password: at.password,
  });

  async function isCancelled(session: Session, database: TestDatabase): Promise<void> {
    const asleep = expect(session.query('SELECT pg_catalog.pg_sleep(600)')).rejects.toMatchObject({
      detail: { sqlstate: '57014' },
    });
    await statements(database, 'some', 'Timeout');

    await session.cancel();

    await asleep;
    expect((await session.query('SELECT 1 AS one')).rows).toEqual([{ one: '1' }]);
  }

  test('in plain', async () => {
    await using pair = await freshDatabases();
    await using session = await Session.open(options(pair.source, 'disable'));
    await isCancelled(session, pair.source);
  });

  test('encrypted, as the session is', async ({ skip }) => {
    if (!hasOpenssl()) return skip('there is no openssl');
    const folder = mkdtempSync(join(tmpdir(), 'branchline-cancel-'));
    makeCa(folder, 'ca');
    await using pair = await freshDatabases();
    await using proxy = await startTlsProxy(pair.source, issue(folder, 'ca', 'localhost'), [4096]);
    await using session = await Session.open(options({ ...pair.source, port: proxy.port }, 'require'));
    expect(session.encrypted).toBe(true);
    await isCancelled(session, pair.source);
    rmSync(folder, { recursive: true });
  });

  test('through PgBouncer', async ({ skip }) => {
    const program = pgbouncerProgram();
    if (program === null) return skip('there is no PgBouncer: apt-get install pgbouncer');
    await using pair = await freshDatabases();
    await using pooler = await startPooler(program, inject('servers').source, [SOURCE_ROLE], 2);
    await using session = await Session.open(options({ ...pair.source, port: pooler.port }, 'disable'));
    expect(session.pooled).toBe(true);
    await isCancelled(session, pair.source);
  });

  test('a session behind PgBouncer that is cut takes its statement with it', async ({ skip }) => {
    const program = pgbouncerProgram();
    if (program === null) return skip('there is no PgBouncer: apt-get install pgbouncer');
    await using pair = await freshDatabases();
    await using pooler = await startPooler(program, inject('servers').source, [SOURCE_ROLE], 2);
    const session = await Session.open(options({ ...pair.source, port: pooler.port }, 'disable'));
    const cut = expect(session.query('SELECT pg_catalog.pg_sleep(600)')).rejects.toMatchObject({
      detail: { code: 'connection_lost' },
    });
    await statements(pair.source, 'some', 'Timeout');

    session.destroy();

    await cut;
    await statements(pair.source, 'none');
    await session.close();
  });

  test('a server that takes no request is given up', async () => {
    const silent = createServer((socket) => socket.resume()).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const route = { at: { host: '127.0.0.1', port }, host: '127.0.0.1', ssl: false } as const;

    expect(await requestCancel(route, { pid: 1, secret: 2 }, 100)).toBe(false);
    silent.close();
    await once(silent, 'close');
    expect(await requestCancel(route, { pid: 1, secret: 2 })).toBe(false);
  });
});

describe('what waits for somebody else’s lock is cancelled by a stop', () => {
  test('a chunk at head office: the batch is interrupted, and goes on later', async () => {
    await using pair = await freshDatabases();
    await atBranch(pair, 'CREATE TABLE orders (id int PRIMARY KEY)', 'INSERT INTO orders VALUES (1)');
    using home = makeHome(pair);
    await using engine = openImpatient(home, PATIENT);
    await sync(engine);
    await atBranch(pair, 'INSERT INTO orders VALUES (2)');
    const other = await pair.central.connectAdmin();
    await other.query('BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE');
    const stop = new AbortController();

    const running = engine.syncAll({ trigger: 'cli' }, { stop: stop.signal });
    await statements(pair.central, 'some', 'Lock');
    stop.abort(InterruptionReason.User);

    expect(await running).toMatchObject({ status: 'interrupted', interruption_reason: 'user' });
    await statements(pair.central, 'none');
    await other.end();
    expect((await sync(engine)).batch.status).toBe('completed');
  });

  test('a look at the tables, a connection test, and what there is to copy', async () => {
    await using pair = await freshDatabases();
    await atBranch(pair, 'CREATE TABLE orders (id int PRIMARY KEY)');
    using home = makeHome(pair);
    await using engine = openImpatient(home, PATIENT);
    const settings = loadSettings(home.folder);
    const [connection] = settings.connections;
    if (connection === undefined) throw new Error('no connection');
    const { enabled: _enabled, ...draft } = connection;
    const other = await pair.source.connectAdmin();
    await other.query('BEGIN; LOCK TABLE pg_catalog.pg_constraint IN ACCESS EXCLUSIVE MODE');
    const asked: readonly ((stop: AbortSignal) => Promise<unknown>)[] = [
      (stop) => engine.syncAll({ trigger: 'cli' }, { stop }),
      (stop) => engine.verify({ trigger: 'cli' }, { stop }),
      (stop) => engine.testConnection(connection, stop),
      (stop) => discoverTables(home.folder, { kind: 'source', connection: draft }, null, 'en', stop),
    ];
    for (const ask of asked) {
      const stop = new AbortController();
      const running = ask(stop.signal).catch((error: unknown) => error);
      await statements(pair.source, 'some', 'Lock');
      stop.abort(InterruptionReason.User);
      await running;
      await statements(pair.source, 'none');
    }
    await other.end();
    expect(engine.latestBatch()?.batch).toMatchObject({ status: 'interrupted', failed_tables: 0 });
  });
});

test('a second Ctrl+C cancels what runs at head office, too', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, 'CREATE TABLE orders (id int PRIMARY KEY)', 'INSERT INTO orders VALUES (1)');
  using home = makeHome(pair);
  await using engine = openImpatient(home, PATIENT);
  await sync(engine);
  await atCentral(
    pair,
    `CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(600); RETURN NEW; END'`,
    'CREATE TRIGGER slow BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION slow()',
  );
  await atBranch(pair, 'INSERT INTO orders VALUES (2)');
  const [stop, halt] = [new AbortController(), new AbortController()];

  const running = engine.syncAll({ trigger: 'cli' }, { stop: stop.signal, halt: halt.signal });
  await statements(pair.central, 'some', 'Timeout');
  stop.abort(InterruptionReason.User);
  halt.abort(InterruptionReason.User);

  expect(await running).toMatchObject({ status: 'interrupted' });
  await statements(pair.central, 'none');
});
