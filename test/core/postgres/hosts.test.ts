import { once } from 'node:events';
import { type AddressInfo, createServer, Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, inject, test, vi } from 'vitest';
import { dial, placesOf } from '../../../src/core/postgres/dial.ts';
import { DEFAULT_TIMEOUTS, Session, type SessionOptions } from '../../../src/core/postgres/session.ts';
import { writeForServer } from '../../../src/demo/server/server.ts';
import { sync } from '../../support/branch.ts';
import { freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import { ADMIN, connectTo, startServer } from '../../support/servers.ts';

const lookup = vi.hoisted(() => vi.fn());
vi.mock('node:dns/promises', async (original) => {
  const real = await original<typeof import('node:dns/promises')>();
  // Names of the tests' own; this machine's resolver knows no other network.
  lookup.mockImplementation(real.lookup);
  return { ...real, lookup };
});
afterEach(() => void vi.restoreAllMocks());

/** Nobody listens there. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function options(host: string, more: Partial<SessionOptions> = {}): SessionOptions {
  const { port, password } = inject('servers').source;
  return {
    side: 'source',
    endpoint: { host, port, database: ADMIN, user: ADMIN, sslmode: 'prefer', connectTimeoutSeconds: 3 },
    connection: 'pgsql_lmp',
    folder: '/',
    applicationName: 'hosts',
    timeouts: DEFAULT_TIMEOUTS,
    password,
    ...more,
  };
}

test('a list is cut at its commas; each host may have a port of its own', () => {
  expect(placesOf({ host: 'a, b:5433,[::1]:5434,::2,/run/postgresql', port: 5432 })).toEqual([
    { host: 'a', port: 5432 },
    { host: 'b', port: 5433 },
    { host: '::1', port: 5434 },
    { host: '::2', port: 5432 },
    { host: '/run/postgresql', port: 5432 },
  ]);
});

test.each(['a\0b', 'a'.repeat(300), '\ud800', 'a..b', '\u202e', '::1::'])(
  'a host that can be no name is one that cannot be reached: %j',
  async (host) => {
    await expect(Session.open(options(host))).rejects.toMatchObject({
      detail: { code: 'source_unreachable' },
    });
  },
);

describe('the hosts of a list', () => {
  test('are tried in turn where one cannot be reached', async () => {
    const none = await closedPort();
    await using session = await Session.open(options(`127.0.0.1:${none},no-such-host.invalid,127.0.0.1`));

    expect((await session.query('SELECT 1 AS one')).rows).toEqual([{ one: '1' }]);
  });

  test('are all named where none can be reached', async () => {
    const none = await closedPort();

    await expect(Session.open(options(`127.0.0.1:${none},no-such-host.invalid`))).rejects.toMatchObject({
      detail: {
        code: 'source_unreachable',
        message: expect.stringMatching(
          /^127\.0\.0\.1: .*ECONNREFUSED.*; no-such-host\.invalid: .*ENOTFOUND|EAI_AGAIN/,
        ),
      },
    });
  });

  test('end at a refused password, as in libpq', async () => {
    await expect(Session.open(options('127.0.0.1,127.0.0.1', { password: 'wrong' }))).rejects.toMatchObject({
      detail: { code: 'source_sign_in' },
    });
  });

  test('lead to the first that accepts changes at head office, to any at a branch', async () => {
    const { port, password } = inject('servers').source;
    await using standby = await startServer();
    const admin = await connectTo(standby);
    await admin.query(`ALTER ROLE ${ADMIN} PASSWORD '${password}'`);
    await admin.end();
    await standby.stop();
    await writeForServer(standby.place, join(standby.place.dataFolder, 'standby.signal'), '');
    await standby.restart();
    const list = `127.0.0.1:${standby.port},127.0.0.1:${port}`;

    await using branch = await Session.open(options(list));
    expect((await branch.query('SHOW port')).rows).toEqual([{ port: String(standby.port) }]);
    await using central = await Session.open(options(list, { side: 'central' }));
    expect((await central.query('SHOW port')).rows).toEqual([{ port: String(port) }]);
    await expect(
      Session.open(options(`127.0.0.1:${standby.port},127.0.0.1:${standby.port}`, { side: 'central' })),
    ).rejects.toMatchObject({ detail: { code: 'central_read_only', kind: 'unreachable' } });
  });

  test('carry a batch, on both sides', async () => {
    await using pair = await freshDatabases({ scale: 0.01 });
    const none = await closedPort();
    const list = ({ port }: { port: number }): string => `127.0.0.1:${none},127.0.0.1:${port}`;
    using home = makeHome(pair, {
      connection: { host: list(pair.source) },
      central: { host: list(pair.central) },
    });
    await using engine = home.open();

    const { batch } = await sync(engine);

    expect(batch.status).toBe('completed');
  });
});

describe('a name with several addresses', () => {
  test('that all need more than 250 ms to answer is reached', async () => {
    const { port } = inject('servers').source;
    lookup.mockResolvedValueOnce([
      { address: '127.0.0.1', family: 4 },
      { address: '127.0.0.2', family: 4 },
    ]);
    // A satellite: what is connected is known 600 ms later.
    const connect = Socket.prototype.connect;
    vi.spyOn(Socket.prototype, 'connect').mockImplementation(function (this: Socket, ...args: unknown[]) {
      void sleep(600).then(() => Reflect.apply(connect, this, args));
      return this;
    });

    const socket = await dial({ host: 'far.example', port }, 5000);

    expect(socket.remoteAddress).toBe('127.0.0.1');
    socket.destroy();
  });

  test('of which the first is silent is reached by the next one soon', async () => {
    const { port } = inject('servers').source;
    lookup.mockResolvedValueOnce([
      // TEST-NET-1: nobody answers, or the network says so.
      { address: '192.0.2.1', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ]);

    const socket = await dial({ host: 'half.example', port }, 20_000);

    expect(socket.remoteAddress).toBe('127.0.0.1');
    socket.destroy();
  });

  test('that never answers is given up in time, and a resolver that never does', async () => {
    const connect = vi.spyOn(Socket.prototype, 'connect').mockReturnThis();
    lookup.mockResolvedValueOnce([{ address: '127.0.0.1', family: 4 }]);
    await expect(dial({ host: 'silent.example', port: 1 }, 300)).rejects.toThrow('timeout expired');
    expect(connect).toHaveBeenCalledTimes(1);
    lookup.mockReturnValueOnce(new Promise(() => {}));
    await expect(dial({ host: 'unknown.example', port: 1 }, 300)).rejects.toThrow('timeout expired');
  });
});
