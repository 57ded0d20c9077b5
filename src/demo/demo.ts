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
import { isAlive, serverPid } from './server/processes.ts';
import { canEnter, serverUser } from './server/run.ts';
import {
  HOST,
  initServer,
  killServer,
  makeServerFolder,
  newPassword,
  startServer,
  stopServer,
} from './server/server.ts';
import { THROWAWAY_SETTINGS } from './server/settings.ts';

/** A demo that is there. */
export interface Demo {
  readonly folder: string;
  /** What `--data-dir` takes. */
  readonly home: string;
  readonly startedAt: string;
  /** Both servers run. */
  readonly running: boolean;
  readonly source: DemoServer | null;
  readonly central: DemoServer | null;
}

/** One of its servers; `pid` is null when it does not run. */
export interface DemoServer {
  readonly host: string;
  readonly port: number;
  readonly pid: number | null;
}

export interface DemoOptions {
  /** Default: {@link defaultDemoFolder}. Must not exist, or be what an earlier demo left. */
  readonly folder?: string;
  /** 1 is 300,000 rows. */
  readonly scale: number;
  readonly openSession: OpenSession;
  readonly onNotice?: OnNotice;
  /** Gives up between two steps; everything is removed again. */
  readonly signal?: AbortSignal;
}

/** The branch lives in its own time zone, as real ones do; head office reckons in UTC. */
const TIME_ZONES: Readonly<Record<DemoRole, string>> = { source: 'Asia/Jakarta', central: 'UTC' };

/**
 * Starts two PostgreSQL servers, fills the branch, and writes settings to work with them. The servers
 * outlive this process, until {@link stopDemo}.
 *
 * @throws UsageError `demo_running`, `demo_not_shipped` or `demo_failed`; after a failure nothing is left behind
 */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const folder = resolve(options.folder ?? defaultDemoFolder());
  const onNotice = options.onNotice ?? (() => undefined);
  // Before anything is made: an installed Branchline brings no servers.
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
 * Ends both servers and removes the folder, in whatever state it is.
 *
 * @throws UsageError `demo_not_running` where there is none
 */
export async function stopDemo(folder = defaultDemoFolder()): Promise<void> {
  await mustRead(resolve(folder));
  await endDemo(resolve(folder), (place) => stopServer(place, 'fast'));
}

/** @returns null where there is no demo */
export async function demoStatus(folder = defaultDemoFolder()): Promise<Demo | null> {
  const record = await readRecord(resolve(folder));
  return record === null ? null : present(resolve(folder), record);
}

/**
 * Lets a day pass at the demo's branch; see {@link simulateDay}.
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
  // A start that died half-way may have left a server running, which is of no use to anybody.
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
  // Before the first server exists: whoever cleans up after our crash finds it by this record.
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

/** Waits for both even when one fails, so that nothing still starts while the rest is being cleared away. */
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
/** Who owns the demo's servers. */
export const ADMIN = 'postgres';

/**
 * Makes the branch's database with its ERP data, and the role that reads it.
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

/** Makes head office's database, empty, and the role that writes to it; see {@link makeBranch}. */
async function makeCentral(openSession: OpenSession, admin: DemoEndpoint): Promise<DemoEndpoint> {
  const writer = { ...admin, database: CENTRAL_DATABASE, user: CENTRAL_ROLE, password: newPassword() };
  await runAll(openSession, admin, [
    createRole(CENTRAL_ROLE, writer.password),
    `CREATE DATABASE ${CENTRAL_DATABASE}`,
  ]);
  await runAll(openSession, { ...admin, database: CENTRAL_DATABASE }, centralGrants(CENTRAL_DATABASE));
  return writer;
}

/** Writes the settings by which every command works on the demo, and the passwords beside them. */
async function writeHome(
  folder: string,
  source: DemoEndpoint,
  central: DemoEndpoint,
  admins: readonly DemoEndpoint[],
): Promise<void> {
  const settings = {
    central: { ...signIn(central), schema: 'public' },
    connections: [{ id: 'pgsql_lmp', label: 'Lampung', ...signIn(source), schema: SCHEMA, tables: ['*'] }],
    // Small enough that the demo's larger tables have several chunks, so that there is a middle to be killed in.
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
