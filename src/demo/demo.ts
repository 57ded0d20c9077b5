import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { UsageError } from '../shared/errors.ts';
import { settingsSchema } from '../shared/settings.ts';
import {
  CENTRAL_ROLE,
  centralGrants,
  createRole,
  type DemoEndpoint,
  type OpenSession,
  PASSFILE,
  passwordFor,
  runAll,
  SOURCE_GRANTS,
  SOURCE_ROLE,
  withSession,
  writePassfile,
} from './endpoint.ts';
import { SCHEMA } from './erp/expressions.ts';
import { seedBranch } from './erp/seed.ts';
import { type DayChange, simulateDay } from './erp/simulateDay.ts';
import {
  claimFolder,
  type DemoRecord,
  type DemoRole,
  defaultDemoFolder,
  homeFolder,
  type OnNotice,
  placeOf,
  ROLES,
  readRecord,
  removeFolder,
  writeRecord,
} from './folder.ts';
import { embeddedBinaries, installedFolder } from './server/binaries.ts';
import { canEnter, isAlive, serverPid, serverUser } from './server/processes.ts';
import {
  HOST,
  initServer,
  killServer,
  makeServerFolder,
  newPassword,
  startServer,
  stopServer,
  THROWAWAY_SETTINGS,
} from './server/server.ts';

/** An existing demo. */
export interface Demo {
  readonly folder: string;
  /** The data folder for `--data-dir`. */
  readonly home: string;
  readonly startedAt: string;
  /** Whether both servers run. */
  readonly running: boolean;
  readonly source: DemoServer | null;
  readonly central: DemoServer | null;
}

/** One of its servers; `pid` is null if it does not run. */
export interface DemoServer {
  readonly host: string;
  readonly port: number;
  readonly pid: number | null;
}

export interface DemoOptions {
  /** Default: {@link defaultDemoFolder}. Must not exist, or be left over from an earlier demo. */
  readonly folder?: string;
  /** 1 is 300,000 rows. */
  readonly scale: number;
  readonly openSession: OpenSession;
  readonly onNotice?: OnNotice;
  /** Stops between two steps; everything is removed again. */
  readonly signal?: AbortSignal;
}

/** The branch has its own time zone, as real ones do; head office uses UTC. */
const TIME_ZONES: Readonly<Record<DemoRole, string>> = { source: 'Asia/Jakarta', central: 'UTC' };

/**
 * Starts two PostgreSQL servers, fills the branch, and writes settings for them. The servers keep running
 * after this process, until {@link stopDemo}.
 *
 * @throws UsageError `demo_running`, `demo_not_shipped` or `demo_failed`; after a failure nothing is left
 *   behind
 */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const folder = resolve(options.folder ?? defaultDemoFolder());
  const onNotice = options.onNotice ?? (() => undefined);
  // First, because it throws in an installed Branchline, which comes without servers: nothing must exist by
  // then.
  const installed = installedFolder();
  await clearLeftovers(folder, onNotice);
  await claimFolder(folder, newRecord());
  try {
    const admins = await startServers(folder, installed, onNotice, options.signal);
    await fill(folder, admins, options, onNotice);
  } catch (error) {
    await endDemo(folder, killServer).catch(() => undefined);
    throw error instanceof UsageError || options.signal?.aborted ? error : asFailure(error);
  }
  onNotice('demo_ready', { folder });
  return present(folder, await mustRead(folder));
}

/**
 * Ends both servers and removes the folder, whatever its state.
 *
 * @throws UsageError `demo_not_running` if there is none
 */
export async function stopDemo(folder = defaultDemoFolder()): Promise<void> {
  await mustRead(resolve(folder));
  await endDemo(resolve(folder), (place) => stopServer(place, 'fast'));
}

/** @returns null if there is no demo */
export async function demoStatus(folder = defaultDemoFolder()): Promise<Demo | null> {
  const record = await readRecord(resolve(folder));
  return record === null ? null : present(resolve(folder), record);
}

/**
 * Simulates a day at the demo's branch; see {@link simulateDay}.
 *
 * @throws UsageError `demo_not_running`
 */
export async function changeDemo(
  openSession: OpenSession,
  folder = defaultDemoFolder(),
): Promise<readonly DayChange[]> {
  const demo = await present(resolve(folder), await mustRead(resolve(folder)));
  if (demo.source?.pid == null) throw new UsageError('demo_not_running');
  const admin = { host: HOST, port: demo.source.port, database: ADMIN, user: ADMIN };
  const password = await passwordFor(demo.folder, admin);
  if (password === null) throw new UsageError('demo_failed', { reason: 'its password file is gone' });
  return withSession(openSession, { ...admin, database: SOURCE_DATABASE, password }, simulateDay);
}

async function clearLeftovers(folder: string, onNotice: OnNotice): Promise<void> {
  const record = await readRecord(folder);
  if (record === null) return;
  const pids = await Promise.all(ROLES.map((role) => serverPid(placeOf(folder, role, record))));
  // A start that died halfway may have left a server running; nobody uses that one.
  const inUse =
    record.state === 'starting' ? await isAlive(record.starterPid) : pids.some((pid) => pid !== null);
  if (inUse) throw new UsageError('demo_running', { folder: homeFolder(folder) });
  await endDemo(folder, killServer);
  onNotice('demo_leftovers_removed', { folder });
}

function newRecord(): DemoRecord {
  return {
    product: 'branchline-demo',
    state: 'starting',
    startedAt: new Date().toISOString(),
    starterPid: process.pid,
    binFolder: '',
    user: null,
    source: null,
    central: null,
  };
}

/** @returns how the servers' owner signs in at each */
async function startServers(
  folder: string,
  installed: string,
  onNotice: OnNotice,
  signal: AbortSignal | undefined,
): Promise<Readonly<Record<DemoRole, DemoEndpoint>>> {
  const user = await serverUser(onNotice);
  if (user !== null && !(await canEnter(user, folder))) {
    const reason = `the system user ${user.name}, whom the servers run as, cannot reach ${folder}`;
    throw new UsageError('demo_failed', { reason });
  }
  const binFolder = await embeddedBinaries(user, join(folder, 'postgresql'), onNotice, installed);
  // Written before the first server starts, so that a clean-up after a crash finds it.
  await writeRecord(folder, { ...(await mustRead(folder)), binFolder, user });
  signal?.throwIfAborted();
  onNotice('demo_servers_starting', {});
  const start = async (role: DemoRole): Promise<DemoEndpoint> => {
    const place = placeOf(folder, role, { binFolder, user });
    const password = newPassword();
    await makeServerFolder(place);
    await initServer(place, ADMIN, password);
    const port = await startServer(place, { ...THROWAWAY_SETTINGS, timezone: TIME_ZONES[role] });
    return { host: HOST, port, database: ADMIN, user: ADMIN, password };
  };
  const [source, central] = await both(start('source'), start('central'));
  return { source, central };
}

async function fill(
  folder: string,
  admins: Readonly<Record<DemoRole, DemoEndpoint>>,
  { openSession, scale, signal }: DemoOptions,
  onNotice: OnNotice,
): Promise<void> {
  signal?.throwIfAborted();
  onNotice('demo_seeding', { scale });
  const [source, central] = await both(
    makeBranch(openSession, admins.source, scale),
    makeCentral(openSession, admins.central),
  );
  signal?.throwIfAborted();
  await writeHome(folder, source, central, [admins.source, admins.central]);
  const record = await mustRead(folder);
  const server = async (role: DemoRole) => ({
    port: admins[role].port,
    pid: (await serverPid(placeOf(folder, role, record))) ?? 0,
  });
  await writeRecord(folder, {
    ...record,
    state: 'ready',
    source: await server('source'),
    central: await server('central'),
  });
}

async function endDemo(
  folder: string,
  end: (place: ReturnType<typeof placeOf>) => Promise<void>,
): Promise<void> {
  const record = await mustRead(folder);
  await Promise.all(ROLES.map((role) => end(placeOf(folder, role, record))));
  await removeFolder(folder);
}

/** Waits for both even if one fails, so that no server is still starting during the clean-up. */
async function both<T>(first: Promise<T>, second: Promise<T>): Promise<[T, T]> {
  await Promise.allSettled([first, second]);
  return [await first, await second];
}

async function present(folder: string, record: DemoRecord): Promise<Demo> {
  const server = async (role: DemoRole): Promise<DemoServer | null> => {
    const known = record[role];
    if (known === null) return null;
    return { host: HOST, port: known.port, pid: await serverPid(placeOf(folder, role, record)) };
  };
  const [source, central] = [await server('source'), await server('central')];
  const running = source?.pid != null && central?.pid != null;
  return { folder, home: homeFolder(folder), startedAt: record.startedAt, running, source, central };
}

async function mustRead(folder: string): Promise<DemoRecord> {
  const record = await readRecord(folder);
  if (record === null) throw new UsageError('demo_not_running');
  return record;
}

function asFailure(cause: unknown): UsageError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new UsageError('demo_failed', { reason }, { cause });
}

export const SOURCE_DATABASE = 'idempiere';
export const CENTRAL_DATABASE = 'marketing_dashboard';
/** The owner of the demo's servers. */
export const ADMIN = 'postgres';

/**
 * Creates the branch's database with its ERP data, and the role that reads it.
 *
 * @param admin the server's owner
 * @returns how the role signs in
 */
async function makeBranch(
  openSession: OpenSession,
  admin: DemoEndpoint,
  scale: number,
): Promise<DemoEndpoint> {
  const reader = { ...admin, database: SOURCE_DATABASE, user: SOURCE_ROLE, password: newPassword() };
  await runAll(openSession, admin, [
    createRole(SOURCE_ROLE, reader.password),
    `CREATE DATABASE ${SOURCE_DATABASE}`,
  ]);
  await withSession(openSession, { ...admin, database: SOURCE_DATABASE }, async (execute) => {
    await seedBranch(execute, scale);
    for (const grant of SOURCE_GRANTS) await execute(grant);
  });
  return reader;
}

/** Creates head office's empty database, and the role that writes to it; see {@link makeBranch}. */
async function makeCentral(openSession: OpenSession, admin: DemoEndpoint): Promise<DemoEndpoint> {
  const writer = { ...admin, database: CENTRAL_DATABASE, user: CENTRAL_ROLE, password: newPassword() };
  await runAll(openSession, admin, [
    createRole(CENTRAL_ROLE, writer.password),
    `CREATE DATABASE ${CENTRAL_DATABASE}`,
  ]);
  await runAll(openSession, { ...admin, database: CENTRAL_DATABASE }, centralGrants(CENTRAL_DATABASE));
  return writer;
}

/** Writes the settings with which all commands use the demo, and the passwords next to them. */
async function writeHome(
  folder: string,
  source: DemoEndpoint,
  central: DemoEndpoint,
  admins: readonly DemoEndpoint[],
): Promise<void> {
  const settings = {
    central: { ...signIn(central), schema: 'public' },
    connections: [{ id: 'pgsql_lmp', label: 'Lampung', ...signIn(source), schema: SCHEMA, tables: ['*'] }],
    // Small enough that the larger tables have several chunks, so that a kill can hit the middle of a table.
    sync: { chunkRows: 20_000 },
  };
  settingsSchema.parse(settings);
  await writePassfile(folder, [source, central, ...admins]);
  await writeFile(join(homeFolder(folder), 'settings.json'), `${JSON.stringify(settings, null, 2)}\n`, {
    mode: 0o600,
  });
}

function signIn({ host, port, database, user }: DemoEndpoint) {
  return { host, port, database, user, passfile: PASSFILE, sslmode: 'disable' as const };
}
