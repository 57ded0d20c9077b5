import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { run, type ServerUser } from './run.ts';

/** What reading a process's entry fails with once the process has ended. */
const GONE = new Set(['ENOENT', 'ESRCH']);

interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly zombie: boolean;
}

/**
 * Whether a process runs. A zombie does not: in a container whose first process never reaps, a killed
 * server would otherwise seem to live forever.
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

/** The command line of a process, to tell a server from a stranger that was given its old pid; '' if none. */
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
 * SIGKILL to a process and its children, as when the machine's power fails; returns when all are gone.
 * The parent is stopped first, so that it can neither fork nor react between listing and killing.
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

/** Sends a signal; a process that is gone already is no error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** @throws Error where one of them still runs after `timeoutMs` */
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
    // Whatever else is wrong (no file handle is free) says nothing about the process: it must not count as gone.
    if (error.code !== undefined && GONE.has(error.code)) return '';
    throw error;
  });
  // The second field is the program's name in parentheses and may itself hold spaces and parentheses.
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

/** All that is needed to find a server again from another process. */
export interface ServerPlace {
  /** The folder of `initdb`, `pg_ctl` and `postgres`. */
  readonly binFolder: string;
  readonly dataFolder: string;
  /** The server's log; its folder is there. */
  readonly logFile: string;
  /** Whom it runs as; null for ourselves. */
  readonly user: ServerUser | null;
}

/** The pid of the server running on a data folder, or null. */
export async function serverPid(place: ServerPlace): Promise<number | null> {
  const raw = await readFile(join(place.dataFolder, 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number(raw.split('\n', 1)[0]);
  if (!Number.isSafeInteger(pid) || pid <= 1 || !(await isAlive(pid))) return null;
  // After a restart of the machine the same number may be somebody else's, who must not be signalled.
  const command = await commandLine(pid);
  const ours = process.platform === 'win32' ? 'postgres.exe' : place.dataFolder;
  return command.includes(ours) ? pid : null;
}
