import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  openSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { UsageCode, UsageError } from '../../shared/errors.ts';

/**
 * Explains why something in the user-data folder could not be created, opened or written: the disk is full,
 * the folder is read-only, or something else.
 *
 * @param reason the error's own description, if its message alone is not enough
 */
export function folderError(
  folder: string,
  error: unknown,
  reason = error instanceof Error ? error.message : String(error),
): UsageError {
  const params = { folder, path: folder };
  if (isNoRoom(error)) return new UsageError(UsageCode.DataFolderFull, params, { cause: error });
  return (
    folderRefusal(folder, error) ??
    (hasNoRoom(folder) ? new UsageError(UsageCode.DataFolderFull, params, { cause: error }) : null) ??
    new UsageError(UsageCode.DataFolderUnusable, { ...params, reason }, { cause: error })
  );
}

/** Whether the system or SQLite reports a full disk. */
export function isNoRoom(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'SQLITE_FULL'].includes(errnoOf(error));
}

/**
 * SQLite needs 32 kB at once for the file that its readers share, and the plan of a batch of 760 tables takes
 * 200 kB.
 */
const NEEDED_BYTES = 256 * 1024;

/**
 * Whether the disk, or this user's quota, is full. SQLite reports a lock or I/O error if it cannot create its
 * extra files, so this tests the disk itself, by writing: only that respects quotas.
 */
export function hasNoRoom(folder: string): boolean {
  const file = path.join(folder, `room.${process.pid}.tmp`);
  try {
    const handle = openSync(file, 'w', 0o600);
    try {
      for (let left = NEEDED_BYTES; left > 0; ) left -= writeSync(handle, Buffer.alloc(left));
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    return false;
  } catch (error) {
    return isNoRoom(error);
  } finally {
    removeQuietly(file);
  }
}

function removeQuietly(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // If it could not be created, it cannot be removed either.
  }
}

/**
 * Files that the program reads or writes in the folder. If somebody once ran it as root, root may own some of
 * them.
 */
const WRITTEN = [
  'journal.db',
  'journal.db-wal',
  'journal.db-shm',
  'journal.lock',
  'lease.db',
  'service.db',
  'desktop.json',
  'logs',
  'agent',
  'window',
] as const;
const READ = ['installation.json'] as const;

/**
 * Why this user may not use the folder; null if it may. Writes nothing. On a read-only disk libraries report
 * locks and I/O errors, but the system says what it is.
 */
export function folderRefusal(folder: string, cause?: unknown): UsageError | null {
  const place = nearestExisting(folder);
  // If a file is in its place, access rights are not the problem.
  if (!isFolder(place)) return null;
  const found =
    refusedAt(place, constants.W_OK | constants.X_OK, place === folder ? '' : place) ??
    firstOf(WRITTEN, (name) => refusedAt(path.join(folder, name), constants.W_OK, name)) ??
    firstOf(READ, (name) => refusedAt(path.join(folder, name), constants.R_OK, name));
  if (found === null) return null;
  const params = { folder, path: folder, reason: found };
  return new UsageError(UsageCode.DataFolderReadOnly, params, cause === undefined ? {} : { cause });
}

function firstOf(names: readonly string[], look: (name: string) => string | null): string | null {
  for (const name of names) {
    const found = look(name);
    if (found !== null) return found;
  }
  return null;
}

/** @param name of the file in the message; empty for the folder itself */
function refusedAt(file: string, mode: number, name: string): string | null {
  try {
    accessSync(file, mode);
    return null;
  } catch (error) {
    const errno = errnoOf(error);
    if (!['EROFS', 'EACCES', 'EPERM'].includes(errno)) return null;
    return name === '' ? errno : `${errno} (${name})`;
  }
}

/** The nearest existing folder above a missing one, in which it would be created. */
function nearestExisting(folder: string): string {
  let place = folder;
  while (!existsSync(place) && path.dirname(place) !== place) place = path.dirname(place);
  return place;
}

function isFolder(place: string): boolean {
  try {
    return statSync(place).isDirectory();
  } catch {
    // If it cannot even be inspected, it is refused below by its name.
    return true;
  }
}

/** The system's code of an error (`ENOENT`), or an empty text. */
export function errnoOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
