import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { UsageError } from '../../shared/errors.ts';
import { programPath } from './binaries.ts';
import { killTree, type RunResult, run, type ServerPlace, serverPid, signal } from './processes.ts';

export const HOST = '127.0.0.1';

/** As `pg_ctl stop --mode`: `fast` ends sessions and shuts down cleanly, `immediate` leaves recovery to the next start. */
export type StopMode = 'fast' | 'immediate';

const START_SECONDS = 60;
const STOP_SECONDS = 60;
/** Another program may take a free port before the server listens on it. */
const PORT_ATTEMPTS = 5;

/** A password that needs no quoting anywhere: not in SQL, a URL, or a password file. */
export function newPassword(): string {
  return randomBytes(18).toString('base64url');
}

/**
 * Creates a data folder: UTF-8, collation `C` (which every system has), password sign-in only. `superuser`
 * owns it, with `password`.
 *
 * @throws UsageError `demo_failed` with initdb's output
 */
export async function initServer(place: ServerPlace, superuser: string, password: string): Promise<void> {
  const passwordFile = join(dirname(place.dataFolder), 'initdb-password');
  await writeForServer(place, passwordFile, `${password}\n`);
  try {
    const args = ['--encoding=UTF8', '--locale=C', '--no-sync', '--auth=scram-sha-256'];
    const own = ['-D', place.dataFolder, `--username=${superuser}`, `--pwfile=${passwordFile}`];
    const result = await run(programPath(place.binFolder, 'initdb'), [...args, ...own], place.user);
    if (result.code !== 0) throw failed('initdb', result);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await includeSettings(place);
}

/**
 * Starts the server of a data folder; it keeps running after this process. Returns when it accepts
 * connections.
 *
 * @param port null takes a free one
 * @returns the port, on {@link HOST}
 * @throws UsageError `demo_failed`; no process is left then
 */
export async function startServer(
  place: ServerPlace,
  settings: ServerSettings = {},
  port: number | null = null,
): Promise<number> {
  if ((await serverPid(place)) !== null) throw new Error(`a server runs on ${place.dataFolder}`);
  // Its pid may belong to another process or a zombie by now, and PostgreSQL would refuse to start.
  await rm(join(place.dataFolder, 'postmaster.pid'), { force: true });
  for (let attempt = 1; ; attempt += 1) {
    const chosen = port ?? (await freePort());
    await writeSettings(place, chosen, settings);
    await rm(place.logFile, { force: true });
    const result = await pgCtl(place, 'start', '-w', '-t', String(START_SECONDS), '-l', place.logFile);
    if (result.code === 0) return chosen;
    await killServer(place);
    const log = await readFile(place.logFile, 'utf8').catch(() => '');
    const taken = log.includes('could not bind');
    if (port !== null || !taken || attempt === PORT_ATTEMPTS) {
      throw failed('pg_ctl start', { code: result.code, output: log.trim() || result.output });
    }
  }
}

/** Stops a server and waits for its end. After a minute it is killed. Not an error if none runs. */
export async function stopServer(place: ServerPlace, mode: StopMode = 'fast'): Promise<void> {
  const pid = await serverPid(place);
  if (pid === null) return;
  const result = await pgCtl(place, 'stop', '-w', '-m', mode, '-t', String(STOP_SECONDS));
  if (result.code !== 0) await killServer(place);
}

/** Kills a server and all its processes at once, as a power failure would. Not an error if none runs. */
export async function killServer(place: ServerPlace): Promise<void> {
  const pid = await serverPid(place);
  if (pid !== null) await killTree(pid);
}

/** Sends a signal to the server's main process alone. */
export async function signalServer(place: ServerPlace, name: NodeJS.Signals): Promise<void> {
  const pid = await serverPid(place);
  if (pid !== null) signal(pid, name);
}

/** Creates the folder for a server's files, accessible to its user alone. The parent must exist. */
export async function makeServerFolder(place: ServerPlace): Promise<void> {
  const folder = dirname(place.dataFolder);
  await mkdir(folder, { mode: 0o700 });
  if (place.user !== null) await chown(folder, place.user.uid, place.user.gid);
}

function pgCtl(place: ServerPlace, ...args: readonly string[]): Promise<RunResult> {
  return run(programPath(place.binFolder, 'pg_ctl'), [...args, '-D', place.dataFolder], place.user);
}

function failed(program: string, { code, output }: RunResult): UsageError {
  const tail = output.split('\n').slice(-5).join('\n');
  return new UsageError('demo_failed', { reason: `${program} ended with ${code ?? 'a signal'}: ${tail}` });
}

/** A TCP port on 127.0.0.1 that is free at the moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('no port was given'));
        else resolve(address.port);
      });
    });
  });
}

/** Parameters of postgresql.conf. */
export type ServerSettings = Readonly<Record<string, string>>;

/**
 * For data that may be lost in a power failure: a demo, most tests. A commit still survives a killed server,
 * because `synchronous_commit` stays on and the system has the WAL.
 */
export const THROWAWAY_SETTINGS: ServerSettings = {
  fsync: 'off',
  full_page_writes: 'off',
  max_wal_size: '2GB',
  checkpoint_timeout: '30min',
};

const FILE = 'branchline.conf';

/**
 * All our servers listen on 127.0.0.1 only. A Unix socket's path is limited to about 100 bytes, and temporary
 * folders on macOS are nearly that long.
 */
const BASE: ServerSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Memory files in the data folder are removed with it; those of a killed server in /dev/shm would stay.
  ...(process.platform === 'win32' ? {} : { dynamic_shared_memory_type: 'mmap' }),
};

/** Writes the server's settings to a separate file; see {@link includeSettings}. */
async function writeSettings(place: ServerPlace, port: number, settings: ServerSettings): Promise<void> {
  const all: ServerSettings = { ...BASE, ...settings, port: String(port) };
  const lines = Object.entries(all).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`);
  await writeForServer(place, join(place.dataFolder, FILE), lines.join(''));
}

/** Makes a new data folder read our file after its own. */
async function includeSettings(place: ServerPlace): Promise<void> {
  await writeFile(join(place.dataFolder, 'postgresql.conf'), `\ninclude_if_exists = '${FILE}'\n`, {
    flag: 'a',
  });
}

/** Writes a file that only the server's user may read. */
export async function writeForServer(place: ServerPlace, file: string, text: string): Promise<void> {
  await writeFile(file, text, { mode: 0o600 });
  if (place.user !== null) await chown(file, place.user.uid, place.user.gid);
}
