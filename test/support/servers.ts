import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { CENTRAL_ROLE, createRole, SOURCE_ROLE } from '../../src/demo/endpoint.ts';
import { embeddedBinaries } from '../../src/demo/server/binaries.ts';
import {
  childrenOf,
  isAlive,
  type ServerPlace,
  serverPid,
  serverUser,
  signal,
} from '../../src/demo/server/processes.ts';
import * as control from '../../src/demo/server/server.ts';
import { type ServerSettings, THROWAWAY_SETTINGS } from '../../src/demo/server/server.ts';
import { isSilentEnd, reportingClient, withCircumstances } from './reportingClient.ts';
import { steadyPort } from './steadyPort.ts';

/** Both roles of every test server, and its owner, sign in with the server's one password. */
export const ADMIN = 'postgres';

/** Where a server is; plain data, so that it travels from the global set-up to the tests. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly password: string;
  /** The server's own log, which says why a connection ended; absent for what stands before a server. */
  readonly logFile?: string;
}

export interface ServerOptions {
  /** The `bin` folder of a PostgreSQL, such as `/usr/lib/postgresql/15/bin`. Default: the embedded one. */
  readonly bin?: string;
  readonly settings?: ServerSettings;
  /** Keeps fsync on, for tests of what a power failure leaves. */
  readonly durable?: boolean;
}

/** A PostgreSQL server of a test's own. It ends with `await using`, or with {@link TestServer.remove}. */
export interface TestServer extends ServerAddress, AsyncDisposable {
  readonly place: ServerPlace;
  /** Signs in as the server's owner. */
  connect(database?: string): Promise<pg.Client>;
  createDatabase(name: string): Promise<void>;
  /** The first process of the server; null when it does not run. */
  pid(): Promise<number | null>;
  stop(mode?: control.StopMode): Promise<void>;
  /** SIGKILL to all its processes, as when the power fails. */
  kill(): Promise<void>;
  /** Starts it again after {@link stop} or {@link kill}, on the same port. */
  restart(): Promise<void>;
  /** Stops all its processes in the middle of whatever they do: connections stay open and silent. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Ends it and removes its files. */
  remove(): Promise<void>;
}

/** Takes about a second. The roles of source and central are there, with no rights yet. */
export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  // A server that runs as another user passes through it.
  await chmod(folder, 0o711);
  const password = control.newPassword();
  const settings = { ...(options.durable ? {} : THROWAWAY_SETTINGS), ...options.settings };
  const user = await serverUser(() => undefined);
  const binFolder =
    options.bin ?? (await embeddedBinaries(user, join(folder, 'postgresql'), () => undefined));
  const place = placeIn(folder, binFolder, user);
  try {
    await control.makeServerFolder(place);
    await control.initServer(place, ADMIN, password);
    const port = await startOnSteadyPort(place, settings);
    const { logFile } = place;
    const server = handle(folder, place, settings, { host: control.HOST, port, password, logFile });
    await createRoles(server);
    return server;
  } catch (error) {
    await removeServer(folder, place);
    throw error;
  }
}

/** A test that stops its server and starts it again has to find its port free. */
async function startOnSteadyPort(place: ServerPlace, settings: ServerSettings): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await control.startServer(place, settings, await steadyPort());
    } catch (error) {
      // Another worker may have found the same port at the same time.
      if (attempt === PORT_ATTEMPTS || !String(error).includes('could not bind')) throw error;
    }
  }
}

const PORT_ATTEMPTS = 5;
const SIGN_IN_ATTEMPTS = 3;

/** Signs in as the owner of a server, or as a role of ours. */
export async function connectTo(server: ServerAddress, database = ADMIN, user = ADMIN): Promise<pg.Client> {
  for (let attempt = 1; ; attempt++) {
    const client = reportingClient(server, database, user);
    try {
      await client.connect();
      return client;
    } catch (error) {
      if (!isSilentEnd(error)) throw error;
      const told = withCircumstances(error, server, `signing in to ${database} as ${user}`);
      // Nothing was asked yet, so it may be tried again; what the server's log says is for whoever reads the output.
      if (attempt === SIGN_IN_ATTEMPTS || server.logFile === undefined) throw told;
      process.stderr.write(`${told.message}\n`);
    }
  }
}

/** Ends and removes the servers of test processes that died without doing it. */
export async function removeAbandonedServers(): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(PREFIX));
  for (const name of names) {
    const owner = Number(name.slice(PREFIX.length).split('-')[0]);
    if (await isAlive(owner).catch(() => true)) continue;
    const folder = join(tmpdir(), name);
    // Another user's are not ours to remove.
    await removeServer(folder, placeIn(folder, '', null)).catch(() => undefined);
  }
}

/** Of the folders of test servers; the pid of their owner follows. */
export const PREFIX = 'branchline-test-';

function placeIn(folder: string, binFolder: string, user: ServerPlace['user']): ServerPlace {
  const own = join(folder, 'server');
  return { binFolder, user, dataFolder: join(own, 'data'), logFile: join(own, 'server.log') };
}

function handle(
  folder: string,
  place: ServerPlace,
  settings: ServerSettings,
  address: ServerAddress,
): TestServer {
  const remove = () => removeServer(folder, place);
  return {
    ...address,
    place,
    connect: (database) => connectTo(address, database),
    createDatabase: async (name) => {
      const client = await connectTo(address);
      await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`).finally(() => client.end());
    },
    pid: () => serverPid(place),
    stop: (mode = 'fast') => control.stopServer(place, mode),
    kill: () => control.killServer(place),
    restart: async () => {
      await control.startServer(place, settings, address.port);
    },
    freeze: () => signalAll(place, 'SIGSTOP'),
    thaw: () => signalAll(place, 'SIGCONT'),
    remove,
    [Symbol.asyncDispose]: remove,
  };
}

async function createRoles(server: TestServer): Promise<void> {
  const client = await server.connect();
  try {
    // Each sign-in computes a hash so many times; versions before 16 know no other number than 4096.
    await client.query(
      "SELECT set_config(name, '1', false) FROM pg_settings WHERE name = 'scram_iterations'",
    );
    await client.query(`ALTER ROLE ${ADMIN} PASSWORD '${server.password}'`);
    for (const role of [SOURCE_ROLE, CENTRAL_ROLE]) await client.query(createRole(role, server.password));
  } finally {
    await client.end();
  }
}

async function signalAll(place: ServerPlace, name: NodeJS.Signals): Promise<void> {
  const pid = await serverPid(place);
  if (pid === null) return;
  // The first one alone makes others: once it stands still, the list stays true.
  signal(pid, name);
  for (const one of await childrenOf(pid)) signal(one, name);
}

async function removeServer(folder: string, place: ServerPlace): Promise<void> {
  await control.killServer(place);
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}
