import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { Heartbeat } from '../../src/core/batch/heartbeat.ts';
import { WorkerLinks } from '../../src/core/load/links.ts';
import { systemClock } from '../../src/core/ports.ts';
import { type Link, openLink } from '../../src/core/postgres/link.ts';
import { DEFAULT_TIMEOUTS, type SessionOptions } from '../../src/core/postgres/session.ts';
import { loadSettings } from '../../src/core/settings/load.ts';
import { HEARTBEAT_MS } from '../../src/core/target/ownership.ts';
import { watchService } from '../service/support.ts';
import { atBranch } from '../support/branch.ts';
import { type DatabasePair, freshDatabases, type TestDatabase } from '../support/databases.ts';
import { CONNECTION, type Home } from '../support/home.ts';
import { startProxy } from '../support/proxy.ts';
import { badPlace, openImpatient } from './support/place.ts';

const TIMES = 5;
const TABLES = ['one', 'two', 'three'];
const SIDES = [
  { side: 'source', other: 'central' },
  { side: 'central', other: 'source' },
] as const;

describe.each(SIDES)(
  'of two connections opened together the one to the $side is refused',
  ({ side, other }) => {
    test('closing waits for the other one, and closes it', async () => {
      await using pair = await freshDatabases();
      await using refused = await startProxy(pair[side]);
      await using slow = await startProxy(pair[other]);
      using home = badPlace(pair, { [side]: refused, [other]: slow });
      refused.refuse();
      slow.latencyMs = 20;

      for (let time = 0; time < TIMES; time++) {
        const links = workerLinks(home);
        expect(await links.hasRoom()).toBe(true);
        await links.close();
        expect(await sessionsOf(pair)).toEqual([]);
      }
    });

    test('who asks for the other one while it opens gets that one', async () => {
      await using pair = await freshDatabases();
      await using refused = await startProxy(pair[side]);
      await using slow = await startProxy(pair[other]);
      using home = badPlace(pair, { [side]: refused, [other]: slow });
      refused.refuse();
      slow.latencyMs = 20;
      const links = workerLinks(home);
      await links.hasRoom();

      const [first, second] = await Promise.all([links[other](), links[other]()]);

      expect(first).toBe(second);
      expect(await sessionsOf(pair)).toHaveLength(1);
      await links.close();
      expect(await sessionsOf(pair)).toEqual([]);
      await expect(links[other]()).rejects.toThrow('closed');
    });
  },
);

test.each(SIDES)(
  'after syncs and verifies whose workers cannot reach the $side nothing stays open',
  async ({ side, other }) => {
    await using pair = await freshDatabases();
    await someTables(pair);
    let connections = 0;
    await using refused = await startProxy(pair[side], () => {
      connections++;
      // The first session looks at the tables, once its wish for TLS was refused; those of the workers come then.
      if (connections === 2) setImmediate(() => refused.refuse());
      return null;
    });
    await using slow = await startProxy(pair[other]);
    using home = badPlace(pair, { [side]: refused, [other]: slow, connectTimeoutSeconds: 1 });
    await using engine = openImpatient(home, {}, { unreachable: 0 });
    slow.latencyMs = 10;

    for (let time = 0; time < TIMES; time++) {
      for (const work of [
        () => engine.syncAll({ trigger: 'cli' }),
        () => engine.verify({ trigger: 'cli' }),
      ]) {
        connections = 0;
        await changeAll(pair);
        await work();
        expect(await sessionsOf(pair)).toEqual([]);
        await refused.accept();
      }
    }
  },
);

test('a service whose workers cannot reach the branch keeps no session, however often it tries', async () => {
  await using pair = await freshDatabases();
  await someTables(pair);
  // The service itself looks at the branch as it begins.
  let connections = Number.NaN;
  await using source = await startProxy(pair.source, () => {
    connections++;
    if (connections === 2) setImmediate(() => source.refuse());
    return null;
  });
  await using central = await startProxy(pair.central);
  using home = badPlace(pair, { source, central, connectTimeoutSeconds: 1 });
  central.latencyMs = 10;
  const watched = watchService(home.folder);
  await watched.quiet();

  for (let time = 0; time < TIMES; time++) {
    await changeAll(pair);
    connections = 0;
    await watched.service.runNow();
    expect(await sessionsOf(pair)).toEqual([]);
    await source.accept();
  }

  await watched.service.stop();
  expect(await sessionsOf(pair)).toEqual([]);
});

async function someTables(pair: DatabasePair): Promise<void> {
  for (const table of TABLES) {
    await atBranch(
      pair,
      `CREATE TABLE ${table} (id int PRIMARY KEY, n int NOT NULL)`,
      `INSERT INTO ${table} SELECT g, g FROM generate_series(1, 100) g`,
    );
  }
}

/** So that every table has its turn with a worker. */
async function changeAll(pair: DatabasePair): Promise<void> {
  for (const table of TABLES) await atBranch(pair, `UPDATE ${table} SET n = n + 1`);
}

function workerLinks(home: Home): WorkerLinks {
  const { source, central } = optionsOf(home);
  return new WorkerLinks(systemClock, source, central);
}

function optionsOf(home: Home): { readonly source: SessionOptions; readonly central: SessionOptions } {
  const settings = loadSettings(home.folder);
  const [connection] = settings.connections;
  if (connection === undefined) throw new Error('no connection');
  const common = {
    connection: CONNECTION,
    folder: home.folder,
    applicationName: 'branchline/x/y',
    timeouts: DEFAULT_TIMEOUTS,
  };
  return {
    source: { ...common, side: 'source', endpoint: connection },
    central: { ...common, side: 'central', endpoint: settings.central },
  };
}

/** What Branchline has open at both servers. A backend ends a moment after its client has said good-bye. */
async function sessionsOf(pair: DatabasePair): Promise<readonly string[]> {
  const found = [...(await openAt(pair.source)), ...(await openAt(pair.central))];
  if (found.length === 0) return found;
  await sleep(300);
  return [...(await openAt(pair.source)), ...(await openAt(pair.central))];
}

async function openAt(database: TestDatabase): Promise<readonly string[]> {
  const client = await database.connectAdmin();
  try {
    const { rows } = await client.query(
      `SELECT application_name || ': ' || query AS session FROM pg_stat_activity
       WHERE datname = current_database() AND application_name LIKE 'branchline%'`,
    );
    return rows.map((row) => String(row.session));
  } finally {
    await client.end();
  }
}

test('a sign of life and a run that both find the session at central lost open one in its place', async () => {
  await using pair = await freshDatabases();
  using home = badPlace(pair);
  const links: Link[] = [];
  const open = async (): Promise<Link> => {
    const link = await openLink(optionsOf(home).central);
    links.push(link);
    return link;
  };
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const lost = await open();
  const claim = { connection: CONNECTION, claim: '1', own: true, staleBackends: 0 };
  const heartbeat = new Heartbeat(
    claim,
    lost,
    open,
    { logger: { log: () => {} }, clock: systemClock },
    () => {},
  );
  lost.session.destroy();

  vi.advanceTimersByTime(HEARTBEAT_MS);
  await heartbeat.lend(() => Promise.resolve());
  await heartbeat.letGo();

  expect(links).toHaveLength(2);
  expect(await sessionsOf(pair)).toEqual([]);
});
