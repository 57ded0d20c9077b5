import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { UsageError } from '../../shared/errors.ts';
import { programPath } from './binaries.ts';
import { killTree, type ServerPlace, serverPid, signal } from './processes.ts';
import { type RunResult, run } from './run.ts';
import { includeSettings, type ServerSettings, writeForServer, writeSettings } from './settings.ts';

export const HOST = '127.0.0.1';

/** As `pg_ctl stop --mode`: `fast` ends sessions and shuts down cleanly, `immediate` leaves recovery to the next start. */
export type StopMode = 'fast' | 'immediate';

const START_SECONDS = 60;
const STOP_SECONDS = 60;
/** Between choosing a free port and listening on it, somebody else may take it. */
const PORT_ATTEMPTS = 5;

/** A password that needs no quoting anywhere: not in SQL, a URL, or a password file. */
export function newPassword(): string {
  return randomBytes(18).toString('base64url');
}

/**
 * Makes a data folder (UTF-8, collation `C`, which every system has; password sign-in only). `superuser`
 * owns it, with `password`.
 *
 * @throws UsageError `demo_failed` with what initdb said
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
 * Starts the server of a data folder; it outlives this process. Returns when it accepts connections.
 *
 * @param port null takes a free one
 * @returns the port, on {@link HOST}
 * @throws UsageError `demo_failed`; then no process is left
 */
export async function startServer(
  place: ServerPlace,
  settings: ServerSettings = {},
  port: number | null = null,
): Promise<number> {
  if ((await serverPid(place)) !== null) throw new Error(`a server runs on ${place.dataFolder}`);
  // Its pid may by now be somebody else's, or that of a zombie: PostgreSQL would refuse to start.
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

/** Stops a server and waits for its end. One that does not end in a minute is killed. None running is no error. */
export async function stopServer(place: ServerPlace, mode: StopMode = 'fast'): Promise<void> {
  const pid = await serverPid(place);
  if (pid === null) return;
  const result = await pgCtl(place, 'stop', '-w', '-m', mode, '-t', String(STOP_SECONDS));
  if (result.code !== 0) await killServer(place);
}

/** Ends a server and all its processes at once, as a power failure does. None running is no error. */
export async function killServer(place: ServerPlace): Promise<void> {
  const pid = await serverPid(place);
  if (pid !== null) await killTree(pid);
}

/** Sends a signal to the server's first process alone. */
export async function signalServer(place: ServerPlace, name: NodeJS.Signals): Promise<void> {
  const pid = await serverPid(place);
  if (pid !== null) signal(pid, name);
}

/** Makes the folder of a server's files: its user writes there and nobody else reads. Its parent has to exist. */
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

/** A TCP port on 127.0.0.1 that nobody listens on at this moment. */
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
