import { afterAll, beforeAll, expect, test } from 'vitest';
import { CENTRAL_ROLE } from '../../src/demo/endpoint.ts';
import { atBranch } from '../support/branch.ts';
import { type DatabasePair, freshDatabases, settled } from '../support/databases.ts';
import { makeHome } from '../support/home.ts';
import { connectTo, startServer, type TestServer } from '../support/servers.ts';

const MOST_CONNECTIONS = 12;
/** Three are kept for superusers, and one is taken by whoever counts. */
const FREE = MOST_CONNECTIONS - 4;
const TABLES = ['one', 'two', 'three', 'four', 'five', 'six'];

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ settings: { max_connections: String(MOST_CONNECTIONS) } });
});
afterAll(() => server.remove());

async function branch(rows: number): Promise<DatabasePair> {
  const pair = await freshDatabases({ centralServer: server });
  await atBranch(
    pair,
    ...TABLES.flatMap((name) => [
      `CREATE TABLE ${name} (id int PRIMARY KEY, note text)`,
      `INSERT INTO ${name} SELECT n, repeat('x', 100) FROM generate_series(1, ${rows}) n`,
    ]),
  );
  await settled(pair.source);
  return pair;
}

/** The most sessions that Branchline had at head office at a time while something ran. */
async function mostSessions<T>(pair: DatabasePair, work: Promise<T>): Promise<number> {
  const admin = await pair.central.connectAdmin();
  let running = true;
  void work.finally(() => {
    running = false;
  });
  let most = 0;
  while (running) {
    const { rows } = await admin.query<{ readonly n: number }>(
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name LIKE 'branchline/%' AND datname = current_database()",
    );
    most = Math.max(most, rows[0]?.n ?? 0);
  }
  await admin.end();
  await work;
  return most;
}

test('a run holds one session at head office while nothing has changed, and three in a load', async () => {
  await using pair = await branch(5000);
  using home = makeHome(pair, { sync: { chunkRows: 200 } });
  await using engine = home.open();
  const load = await mostSessions(pair, engine.syncAll({ trigger: 'cli' }));
  expect(load).toBeGreaterThan(1);
  expect(load).toBeLessThanOrEqual(3);
  expect(await mostSessions(pair, engine.syncAll({ trigger: 'cli' }))).toBe(1);
});

test('a run for which head office has one place needs no second one', async () => {
  await using pair = await branch(500);
  using home = makeHome(pair, { sync: { headOfficePatienceMinutes: 0 } });
  await using engine = home.open();
  const others = await Promise.all(
    Array.from({ length: FREE - 1 }, () => connectTo(server, pair.central.database, CENTRAL_ROLE)),
  );
  const first = engine.syncAll({ trigger: 'cli' });
  expect(await mostSessions(pair, first)).toBe(1);
  expect(await first).toMatchObject({ status: 'completed', failed_tables: 0 });
  await atBranch(pair, "UPDATE one SET note = 'y'", "UPDATE two SET note = 'y' WHERE id = 1");
  const second = engine.syncAll({ trigger: 'cli', strategy: 'full' });
  expect(await mostSessions(pair, second)).toBe(1);
  expect(await second).toMatchObject({ status: 'completed', failed_tables: 0 });
  await Promise.all(others.map((one) => one.end()));
});
