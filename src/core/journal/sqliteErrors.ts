import Database from 'better-sqlite3';
import { FailureCode, FailureKind, SyncFailure, UsageCode, UsageError } from '../../shared/errors.ts';
import { folderError, hasNoRoom, isNoRoom } from '../files/folderError.ts';

/** The primary result code (`SQLITE_IOERR` of `SQLITE_IOERR_FSYNC`), or null where it is no SQLite error. */
function primaryCode(error: unknown): string | null {
  if (!(error instanceof Database.SqliteError)) return null;
  return error.code.split('_').slice(0, 2).join('_');
}

/** Another handle held the lock until the wait timed out. */
export function isBusy(error: unknown): boolean {
  const code = primaryCode(error);
  return code === 'SQLITE_BUSY' || code === 'SQLITE_LOCKED';
}

/**
 * The file is damaged. Only then a journal may be set aside: a full disk, a missing permission or a lock says nothing about
 * its contents.
 */
export function isCorrupt(error: unknown): boolean {
  const code = primaryCode(error);
  return code === 'SQLITE_CORRUPT' || code === 'SQLITE_NOTADB';
}

const ENVIRONMENT = new Set([
  'SQLITE_BUSY',
  'SQLITE_CANTOPEN',
  'SQLITE_CORRUPT',
  'SQLITE_FULL',
  'SQLITE_IOERR',
  'SQLITE_LOCKED',
  'SQLITE_NOMEM',
  'SQLITE_NOTADB',
  'SQLITE_PERM',
  'SQLITE_PROTOCOL',
  'SQLITE_READONLY',
]);

/** May be a full disk, which SQLite reports as such only if its own file had to grow. */
function isInputOutput(error: unknown): boolean {
  const code = primaryCode(error);
  return code === 'SQLITE_IOERR' || code === 'SQLITE_CANTOPEN';
}

/** Whether the cause is the disk, permissions or another process, not one of our statements. */
function isEnvironment(error: unknown): boolean {
  const code = primaryCode(error);
  return code !== null && ENVIRONMENT.has(code);
}

/**
 * Converts an error while opening to UsageError `data_folder_unusable`. Errors of our own statements and classified errors
 * are returned unchanged.
 */
export function asFolderError(folder: string, error: unknown): unknown {
  if (!isEnvironment(error) && !isSystemError(error)) return error;
  // Not caused by the folder, so its permissions are not checked.
  if (isBusy(error) || isCorrupt(error))
    return new UsageError(
      UsageCode.DataFolderUnusable,
      { folder, reason: messageOf(error) },
      { cause: error },
    );
  return folderError(folder, error, messageOf(error));
}

/**
 * Converts an error of an open journal to a failure of the run: `local_disk_full` or `journal_failed`. It is transient only
 * if it was a lock.
 *
 * @param folder the journal's
 */
export function asJournalFailure(folder: string, error: unknown): unknown {
  if (!isEnvironment(error)) return error;
  const isFull = isNoRoom(error) || (isInputOutput(error) && hasNoRoom(folder));
  return new SyncFailure(
    {
      code: isFull ? FailureCode.LocalDiskFull : FailureCode.JournalFailed,
      kind: isBusy(error) ? FailureKind.Transient : FailureKind.Permanent,
      message: messageOf(error),
      params: {},
    },
    { cause: error },
  );
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

function messageOf(error: unknown): string {
  if (error instanceof Database.SqliteError) return `${error.message} (${error.code})`;
  return error instanceof Error ? error.message : String(error);
}
