import { accessSync, constants, existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { makeOwnFile } from '../files/dataFolder.ts';
import { isBusy } from './sqliteErrors.ts';

/**
 * Locks now held by this process. Without this set a holder that drops its lock object would lose the
 * lock at some later garbage collection, when better-sqlite3 closes the handle.
 */
const held = new Set<Database.Database>();

/** An operating-system lock on a file; the system frees it at any death of the process. */
export interface FileLock {
  /** Frees the lock. A second call does nothing. */
  release(): void;
}

/**
 * Takes an exclusive lock on a file, which is made where it is missing and stays empty.
 *
 * The lock is SQLite's own (`BEGIN EXCLUSIVE` in a rollback-journal database): fcntl on POSIX, LockFileEx
 * on Windows, with no boot id, no pid and no time-out to get wrong. In WAL mode EXCLUSIVE would still
 * admit readers, so the file must never be turned to WAL. On POSIX a process loses the lock when it opens
 * and closes the file by other means: nobody may read these files with `fs`.
 *
 * @param file path of the lock file; its folder exists
 * @param waitMs how long to block the thread where another holds it
 * @returns null where another (process or handle) holds it
 * @throws SqliteError, or the system's error, where the file cannot be opened or locked at all
 */
export function lockFile(file: string, waitMs: number): FileLock | null {
  // For this user alone: another one who may read it could hold a reader's lock for ever.
  makeOwnFile(file);
  // A file that may only be read is opened so by SQLite, and its EXCLUSIVE would then keep out nobody.
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
 * Whether anybody holds the lock of {@link lockFile}. Nothing is written: a reader's lock is taken for an instant, so
 * one who takes the lock in that instant waits those microseconds.
 *
 * @param waitMs how long to block the thread where somebody holds it
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
