import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, existsSync } from 'node:fs';
import { chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { serverUser } from '../../../src/demo/server/processes.ts';
import { freePort } from '../../../src/demo/server/server.ts';
import type { ServerAddress } from '../../support/servers.ts';

const PLACES = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/usr/local/bin/pgbouncer'];

/** Null where there is none to test with. */
export function pgbouncerProgram(): string | null {
  return PLACES.find((place) => existsSync(place) && isExecutable(place)) ?? null;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A PgBouncer before a server. It ends with `await using`. */
export interface Pooler extends AsyncDisposable {
  readonly port: number;
  log(): Promise<string>;
}

/**
 * Starts PgBouncer in transaction mode, as strict as it comes: no start-up parameter is ignored.
 *
 * @param poolSize server connections for each database and role, for all clients together
 * @param ignored start-up parameters that it drops in silence instead of refusing them
 */
export function startPooler(
  program: string,
  server: ServerAddress,
  roles: readonly string[],
  poolSize: number,
  ignored = '',
  more: readonly string[] = [],
): Promise<Pooler> {
  return runPooler(program, ({ folder, port }) => ({
    'pgbouncer.ini': [
      '[databases]',
      `* = host=${server.host} port=${server.port}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${port}`,
      'unix_socket_dir =',
      'auth_type = scram-sha-256',
      `auth_file = ${join(folder, 'userlist.txt')}`,
      'pool_mode = transaction',
      `default_pool_size = ${poolSize}`,
      'reserve_pool_size = 0',
      `ignore_startup_parameters = ${ignored}`,
      `logfile = ${join(folder, 'pgbouncer.log')}`,
      ...more,
      '',
    ].join('\n'),
    'userlist.txt': roles.map((role) => `"${role}" "${server.password}"\n`).join(''),
  }));
}

/** Where a pooler runs: its files, and the port that it listens on. */
interface PoolerPlace {
  readonly folder: string;
  readonly port: number;
}

/**
 * Starts PgBouncer with files of its own, by name; it is started with `pgbouncer.ini` and logs to `pgbouncer.log`.
 *
 * @throws Error with its log if it does not start
 */
export async function runPooler(
  program: string,
  filesFor: (place: PoolerPlace) => Readonly<Record<string, string>>,
): Promise<Pooler> {
  const folder = await mkdtemp(join(tmpdir(), 'branchline-pgbouncer-'));
  // It refuses to run as root, as PostgreSQL does.
  const user = await serverUser(() => undefined);
  const port = await freePort();
  for (const [name, text] of Object.entries(filesFor({ folder, port }))) {
    const file = join(folder, name);
    await writeFile(file, text, { mode: 0o600 });
    if (user !== null) await chown(file, user.uid, user.gid);
  }
  if (user !== null) await chown(folder, user.uid, user.gid);
  const child = spawn(program, [join(folder, 'pgbouncer.ini')], {
    stdio: 'ignore',
    ...(user === null ? {} : { uid: user.uid, gid: user.gid }),
  });
  const gone = once(child, 'exit');
  const log = () => readFile(join(folder, 'pgbouncer.log'), 'utf8').catch(() => '');
  const end = async () => {
    child.kill('SIGTERM');
    await gone;
    await rm(folder, { recursive: true, force: true });
  };
  for (let attempt = 0; !(await answers(port)); attempt++) {
    if (attempt === 1200 || child.exitCode !== null) {
      const said = await log();
      await end();
      throw new Error(`PgBouncer does not start: ${said}`);
    }
    await sleep(50);
  }
  return { port, log, [Symbol.asyncDispose]: end };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
