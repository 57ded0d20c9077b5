import { appendFileSync, closeSync, constants, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openPlainFile } from '../core/files/smallFile.ts';
import type { Logger } from '../core/ports.ts';
import { withoutPasswords } from '../core/secrets/passwordPlaces.ts';
import { stacksOf } from '../core/unexpected.ts';
import { visibleJson } from '../shared/visible.ts';

/** A month, the default retention of batches. */
const KEPT_FILES = 30;

/** Which program writes the log: the commands or `serve`. */
export type LogName = 'branchline' | 'agent' | 'head-office';

/**
 * A logger that appends JSON lines to one file per day in `logs/`. It writes synchronously and never throws:
 * a full disk must not make a working sync fail.
 */
export function createFileLogger(folder: string, name: LogName = 'branchline'): Logger {
  let prunedOn = '';
  const prune = (): void => {
    const today = new Date().toISOString().slice(0, 10);
    // `serve` runs for months, so prune once a day.
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
        // Never throws; see above.
      }
    },
  };
}

/** A logger that also writes each line to a stream, for systemd's journal or a collector of a container's logs. */
export function alsoTo(stream: NodeJS.WritableStream, logger: Logger): Logger {
  return {
    ...logger,
    log: (level, message, facts) => {
      logger.log(level, message, facts);
      stream.write(`${lineOf({ level, message, ...facts })}\n`);
    },
  };
}

function lineOf(line: Readonly<Record<string, unknown>>): string {
  return withoutPasswords(visibleJson({ at: new Date().toISOString(), pid: process.pid, ...line }));
}

/** The file with the stack of an unexpected error, or why it could not be written. */
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
  const file = fileOf(folder, name);
  // Readable by this user alone, like the whole folder: it contains hosts and users of head office.
  mkdirSync(join(folder, 'logs'), { recursive: true, mode: 0o700 });
  const handle = openPlainFile(file, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT, 0o600);
  try {
    appendFileSync(handle, `${lineOf(line)}\n`);
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
