import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import type { ServerUser } from './systemUser.ts';

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
