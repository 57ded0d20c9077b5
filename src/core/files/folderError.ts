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
 * What it means to a person that something in the user-data folder could not be made, opened or written: the disk
 * is full, the folder is read-only, or something else is wrong with it.
 *
 * @param reason what the error says of itself, where its message alone does not
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

/** No room is left, as the system or SQLite says it. */
export function isNoRoom(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'SQLITE_FULL'].includes(errnoOf(error));
}

/** SQLite needs 32 kB at once for the file that its readers share, and a batch's plan of 760 tables has 200 kB. */
const NEEDED_BYTES = 256 * 1024;

/**
 * Whether the folder's disk is full, or this user's share of it. SQLite tells of a lock or an I/O error where it
 * found no room for a file beside its own, so the disk itself is asked: by writing, since that alone knows quotas.
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
    // Where it could not be made, it cannot be removed either.
  }
}

/** What the program writes into, or reads, of the folder: somebody who once ran it as root owns some of it. */
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
 * Why this user may not use the folder; null where it may. Nothing is written. Libraries speak of locks and I/O
 * errors on a read-only disk; the system says what it is.
 */
export function folderRefusal(folder: string, cause?: unknown): UsageError | null {
  const place = nearestExisting(folder);
  // A file in its place is no question of rights.
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

/** @param name what is said to be refused; empty for the folder itself */
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

/** A folder that is not there yet is made in the first one above it that is. */
function nearestExisting(folder: string): string {
  let place = folder;
  while (!existsSync(place) && path.dirname(place) !== place) place = path.dirname(place);
  return place;
}

function isFolder(place: string): boolean {
  try {
    return statSync(place).isDirectory();
  } catch {
    // One that may not even be looked at is refused below, by its name.
    return true;
  }
}

/** The system's code of an error (`ENOENT`), or an empty text. */
export function errnoOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
