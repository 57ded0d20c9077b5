import { appendFileSync, closeSync, constants, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openPlainFile } from '../core/files/smallFile.ts';
import type { Logger } from '../core/ports.ts';
import { withoutPasswords } from '../core/secrets/passwordPlaces.ts';
import { stacksOf } from '../core/unexpected.ts';
import { visibleJson } from '../shared/visible.ts';

/** A month, as batches are kept by default. */
const KEPT_FILES = 30;

/** Whose log it is: that of commands, or that of `serve`. */
export type LogName = 'branchline' | 'agent';

/**
 * A logger that appends JSON lines to a file a day in `logs/`. It writes at once and never throws: a
 * full disk must not turn a sync that works into one that fails.
 */
export function createFileLogger(folder: string, name: LogName = 'branchline'): Logger {
  let prunedOn = '';
  const prune = (): void => {
    const today = new Date().toISOString().slice(0, 10);
    // An agent runs for months.
    if (prunedOn !== today) pruneLogs(join(folder, 'logs'), name);
    prunedOn = today;
  };
  prune();
  return {
    file: () => fileOf(folder, name),
    log: (level, message, facts) => {
      try {
        prune();
        append(folder, name, { level, message, ...facts });
      } catch {
        // See above.
      }
    },
  };
}

/** Where the stack of an unexpected error was written, or why it could not be. */
export type CrashLog =
  | { readonly ok: true; readonly file: string }
  | { readonly ok: false; readonly reason: string };

export function writeCrashLog(folder: string, error: unknown): CrashLog {
  try {
    const stack = stacksOf(error);
    return { ok: true, file: append(folder, 'branchline', { level: 'error', message: 'unexpected', stack }) };
  } catch (problem) {
    return { ok: false, reason: problem instanceof Error ? problem.message : String(problem) };
  }
}

function append(folder: string, name: LogName, line: Readonly<Record<string, unknown>>): string {
  const at = new Date().toISOString();
  const file = fileOf(folder, name);
  // For this user alone, as all of the folder: hosts and users of head office stand in it.
  mkdirSync(join(folder, 'logs'), { recursive: true, mode: 0o700 });
  const text = withoutPasswords(visibleJson({ at, pid: process.pid, ...line }));
  const handle = openPlainFile(file, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT, 0o600);
  try {
    appendFileSync(handle, `${text}\n`);
  } finally {
    closeSync(handle);
  }
  return file;
}

/** Today's file. */
function fileOf(folder: string, name: LogName): string {
  return join(folder, 'logs', `${name}-${new Date().toISOString().slice(0, 10)}.log`);
}

function pruneLogs(logs: string, name: LogName): void {
  try {
    const mine = new RegExp(`^${name}-\\d{4}-\\d{2}-\\d{2}\\.log$`);
    const files = readdirSync(logs).filter((file) => mine.test(file));
    for (const file of files.sort().slice(0, -KEPT_FILES)) rmSync(join(logs, file), { force: true });
  } catch {
    // No folder yet, or another process pruned first.
  }
}
