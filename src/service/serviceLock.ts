import { join } from 'node:path';
import { makeOwnFolder } from '../core/files/dataFolder.ts';
import { type FileLock, isLocked, lockFile } from '../core/journal/exclusiveFile.ts';
import { asFolderError } from '../core/journal/sqliteErrors.ts';
import { UsageCode, UsageError } from '../shared/errors.ts';

/** Long enough for one of two services that start at the same moment to win. */
const CONTENTION_MS = 25;

/**
 * Locks a user-data folder for this service as long as the process lives. The lease alone is not enough: it
 * is held only during runs, so that the command line can sync between them, and two services would each run
 * every schedule.
 *
 * @throws UsageError `service_running`, `data_folder_unusable`
 */
export function takeServiceLock(folder: string): FileLock {
  const lock = lockOf(folder);
  if (lock === null) throw new UsageError(UsageCode.ServiceRunning, { folder });
  return lock;
}

/** Whether a live process serves the folder. Writes nothing. */
export function isServed(folder: string): boolean {
  try {
    return isLocked(lockFileOf(folder), CONTENTION_MS);
  } catch (error) {
    throw asFolderError(folder, error);
  }
}

function lockOf(folder: string): FileLock | null {
  try {
    makeOwnFolder(folder);
    return lockFile(lockFileOf(folder), CONTENTION_MS);
  } catch (error) {
    throw asFolderError(folder, error);
  }
}

function lockFileOf(folder: string): string {
  return join(folder, 'service.db');
}
