import { accessSync, constants, existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { makeOwnFile } from '../files/dataFolder.ts';
import { isBusy } from './sqliteErrors.ts';

/**
 * Locks now held by this process. Without this set a holder that drops its lock object would lose the
 * lock at some later garbage collection, when better-sqlite3 closes the handle.
 */
const held = new Set<Database.Database>();

/** An operating-system lock on a file. The system frees it when the process dies, for whatever reason. */
export interface FileLock {
  /** Frees the lock. A second call does nothing. */
  release(): void;
}

/**
 * Takes an exclusive lock on a file. The file is created if it is missing, and stays empty.
 *
 * The lock is SQLite's own (`BEGIN EXCLUSIVE` in a rollback-journal database): fcntl on POSIX, LockFileEx
 * on Windows, so it depends on no boot id, process id or time-out. The file must never be in WAL mode,
 * in which EXCLUSIVE admits readers. On POSIX a process loses the lock when it opens and closes the file by other
 * means, so no code may read these files with `fs`.
 *
 * @param file path of the lock file; its folder exists
 * @param waitMs how long to block the thread where another holds it
 * @returns null if another process or handle holds it
 * @throws SqliteError, or the system's error, if the file cannot be opened or locked
 */
export function lockFile(file: string, waitMs: number): FileLock | null {
  // Readable by this user only: any other reader could hold a lock for ever.
  makeOwnFile(file);
  // SQLite opens a file without write permission read-only, and EXCLUSIVE then excludes nobody.
  accessSync(file, constants.R_OK | constants.W_OK);
  const handle = new Database(file, { timeout: waitMs });
  try {
    handle.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    handle.close();
    if (isBusy(error)) return null;
    throw error;
  }
  held.add(handle);
  return {
    release() {
      held.delete(handle);
      handle.close();
    },
  };
}

/**
 * Whether any process holds the lock of {@link lockFile}. It takes a read lock for some microseconds and writes nothing.
 *
 * @param waitMs how long to block the thread if the lock is held
 */
export function isLocked(file: string, waitMs: number): boolean {
  if (!existsSync(file)) return false;
  const handle = new Database(file, { readonly: true, fileMustExist: true, timeout: waitMs });
  try {
    handle.prepare('SELECT count(*) FROM sqlite_schema').get();
    return false;
  } catch (error) {
    if (isBusy(error)) return true;
    throw error;
  } finally {
    handle.close();
  }
}
