import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { UsageError } from '../../shared/errors.ts';
import type { OnNotice } from '../folder.ts';

/** How long the last output of a program that has ended may take to arrive. */
const GRACE_MS = 500;

/** What a finished program said. */
export interface RunResult {
  /** Exit code; null where a signal ended it. */
  readonly code: number | null;
  readonly output: string;
}

/**
 * Runs a program to its end, as another system user where one is given.
 *
 * @throws the system's error where the program cannot be started (`ENOENT`, `EACCES`)
 */
export function run(
  program: string,
  args: readonly string[],
  user: ServerUser | null = null,
): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      // The caller's folder may be one that the other user cannot enter; PostgreSQL's programs refuse that.
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
    // On Windows the server that pg_ctl leaves behind holds our end of the pipes open: `close` alone
    // would never come.
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

/** The system user that a server runs as where ours may not: PostgreSQL refuses root. */
export interface ServerUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const PREFERRED = 'postgres';
const CREATED = 'branchline-demo';

/** Whether this process is root. On Windows pg_ctl drops an administrator's rights by itself. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * Whom servers have to run as: null for ourselves, or, as root, an existing system user `postgres`, or
 * one made for this purpose.
 *
 * @throws UsageError `demo_failed` as root where there is no such user and none can be made
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

/** Whether `user` may enter a folder. Asking the system is the only answer that knows about ACLs. */
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
