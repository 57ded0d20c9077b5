import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UsageError } from '../../shared/errors.ts';
import type { OnNotice } from '../folder.ts';

/** Error codes when reading the entry of a process that has ended. */
const GONE = new Set(['ENOENT', 'ESRCH']);

interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly zombie: boolean;
}

/**
 * Whether a process runs. A zombie does not count: in a container whose first process never reaps, a killed
 * server would seem to live forever.
 */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  if (process.platform !== 'linux') return true;
  const row = await readProcess(String(pid));
  return row !== null && !row.zombie;
}

/** The command line of a process, to tell a server from another process that got its old pid; '' if none. */
async function commandLine(pid: number): Promise<string> {
  if (process.platform === 'linux') {
    const raw = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    return raw.replaceAll('\0', ' ');
  }
  if (process.platform === 'win32') {
    return (await run('tasklist', ['/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH'])).output;
  }
  return (await run('ps', ['-o', 'args=', '-p', String(pid)])).output;
}

/** The direct children of a process. */
export async function childrenOf(pid: number): Promise<readonly number[]> {
  const rows = process.platform === 'linux' ? await readProcessTable() : await listProcesses();
  return rows.filter((row) => row.parent === pid && !row.zombie).map((row) => row.pid);
}

/**
 * Kills a process and its children with SIGKILL, as a power failure would, and waits until all are gone. The
 * parent is stopped first, so that it cannot fork between listing and killing.
 */
export async function killTree(pid: number): Promise<void> {
  if (process.platform === 'win32') {
    await run('taskkill', ['/T', '/F', '/PID', String(pid)]);
    await waitUntilGone([pid]);
    return;
  }
  signal(pid, 'SIGSTOP');
  const all = [...(await childrenOf(pid)), pid];
  for (const one of all) signal(one, 'SIGKILL');
  await waitUntilGone(all);
}

/** Sends a signal; a process that has already ended is not an error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** @throws Error if one of them still runs after `timeoutMs` */
export async function waitUntilGone(pids: readonly number[], timeoutMs = 30_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (const pid of pids) {
    while (await isAlive(pid)) {
      if (performance.now() > deadline) throw new Error(`process ${pid} does not end`);
      await sleep(10);
    }
  }
}

async function readProcessTable(): Promise<readonly ProcessRow[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const rows = await Promise.all(names.map(readProcess));
  return rows.filter((row) => row !== null);
}

async function readProcess(pid: string): Promise<ProcessRow | null> {
  const raw = await readFile(`/proc/${pid}/stat`, 'utf8').catch((error: NodeJS.ErrnoException) => {
    // Other errors (no free file handle) say nothing about the process, which must not count as gone.
    if (error.code !== undefined && GONE.has(error.code)) return '';
    throw error;
  });
  // The second field is the program's name in parentheses, and may itself contain spaces and parentheses.
  const [state, parent] = raw.slice(raw.lastIndexOf(')') + 2).split(' ');
  return raw === '' ? null : { pid: Number(pid), parent: Number(parent), zombie: state === 'Z' };
}

async function listProcesses(): Promise<readonly ProcessRow[]> {
  const { output } = await run('ps', ['-A', '-o', 'pid=,ppid=,stat=']);
  return output.split('\n').map((line) => {
    const [pid, parent, state] = line.trim().split(/\s+/);
    return { pid: Number(pid), parent: Number(parent), zombie: state?.startsWith('Z') ?? false };
  });
}

/** What is needed to find a server from another process. */
export interface ServerPlace {
  /** The folder of `initdb`, `pg_ctl` and `postgres`. */
  readonly binFolder: string;
  readonly dataFolder: string;
  /** The server's log; its folder exists. */
  readonly logFile: string;
  /** Whom it runs as; null for this process's user. */
  readonly user: ServerUser | null;
}

/** The pid of the server running on a data folder, or null. */
export async function serverPid(place: ServerPlace): Promise<number | null> {
  const raw = await readFile(join(place.dataFolder, 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number(raw.split('\n', 1)[0]);
  if (!Number.isSafeInteger(pid) || pid <= 1 || !(await isAlive(pid))) return null;
  // After a reboot, another process may have this number and must not be signalled.
  const command = await commandLine(pid);
  const ours = process.platform === 'win32' ? 'postgres.exe' : place.dataFolder;
  return command.includes(ours) ? pid : null;
}

/** How long the last output of an ended program may take to arrive. */
const GRACE_MS = 500;

/** Result of a finished program. */
export interface RunResult {
  /** Exit code; null if a signal ended it. */
  readonly code: number | null;
  readonly output: string;
}

/**
 * Runs a program to its end, optionally as another system user.
 *
 * @throws the system's error if the program cannot be started (`ENOENT`, `EACCES`)
 */
export function run(
  program: string,
  args: readonly string[],
  user: ServerUser | null = null,
): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      // PostgreSQL's programs fail if their user cannot enter the current folder.
      cwd: user === null ? tmpdir() : '/',
      env: { ...process.env, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      ...(user === null ? {} : { uid: user.uid, gid: user.gid }),
    });
    let output = '';
    const keep = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', reject);
    // On Windows the server that pg_ctl starts keeps the pipes open, so `close` alone would never come.
    child.on('exit', () => {
      const grace = setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, GRACE_MS);
      child.on('close', () => clearTimeout(grace));
    });
    child.on('close', (code) => resolve({ code, output: output.trim() }));
  });
}

/** The system user that a server runs as if ours may not: PostgreSQL refuses root. */
export interface ServerUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const PREFERRED = 'postgres';
const CREATED = 'branchline-demo';

/** Whether this process is root. On Windows, pg_ctl itself drops an administrator's rights. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * Whom servers run as: null for this process's user; for root, an existing system user `postgres`, or one
 * created for this purpose.
 *
 * @throws UsageError `demo_failed` if root finds no such user and cannot create one
 */
export async function serverUser(onNotice: OnNotice): Promise<ServerUser | null> {
  if (!isRoot()) return null;
  const existing = (await lookUp(PREFERRED)) ?? (await lookUp(CREATED));
  if (existing !== null) {
    onNotice('demo_system_user', { user: existing.name });
    return existing;
  }
  const created = await create();
  onNotice('demo_system_user_created', { user: created.name });
  return created;
}

/** Whether `user` may enter a folder. Trying it is the only check that respects ACLs. */
export async function canEnter(user: ServerUser, folder: string): Promise<boolean> {
  const { code } = await run('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], user);
  return code === 0;
}

async function lookUp(name: string): Promise<ServerUser | null> {
  const [uid, gid] = await Promise.all([numericId('-u', name), numericId('-g', name)]);
  return uid === null || gid === null || uid === 0 ? null : { name, uid, gid };
}

async function numericId(flag: '-u' | '-g', name: string): Promise<number | null> {
  const { code, output } = await run('id', [flag, name]);
  return code === 0 && /^\d+$/.test(output) ? Number(output) : null;
}

async function create(): Promise<ServerUser> {
  const result = await run('useradd', ['--system', '--user-group', '--no-create-home', CREATED]).catch(
    (error: unknown) => ({ code: null, output: error instanceof Error ? error.message : String(error) }),
  );
  const user = result.code === 0 ? await lookUp(CREATED) : null;
  if (user === null) {
    throw new UsageError('demo_failed', {
      reason: `PostgreSQL does not run as root, and a system user for it could not be made (${result.output})`,
    });
  }
  return user;
}
