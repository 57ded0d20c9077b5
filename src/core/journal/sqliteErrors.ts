import Database from 'better-sqlite3';
import { FailureCode, FailureKind, SyncFailure, UsageCode, UsageError } from '../../shared/errors.ts';
import { folderError, hasNoRoom, isNoRoom } from '../files/folderError.ts';

/** The primary result code (`SQLITE_IOERR` of `SQLITE_IOERR_FSYNC`), or null where it is no SQLite error. */
function primaryCode(error: unknown): string | null {
  if (!(error instanceof Database.SqliteError)) return null;
  return error.code.split('_').slice(0, 2).join('_');
}

/** Another handle holds what this one wanted, and the wait was over. */
export function isBusy(error: unknown): boolean {
  const code = primaryCode(error);
  return code === 'SQLITE_BUSY' || code === 'SQLITE_LOCKED';
}

/**
 * The file's contents are wrong. Only this may set a journal aside: a full disk, a missing permission or
 * a lock says nothing about what is in the file.
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

/** The disk may be full: SQLite says so only where the file that grows is its own. */
function isInputOutput(error: unknown): boolean {
  const code = primaryCode(error);
  return code === 'SQLITE_IOERR' || code === 'SQLITE_CANTOPEN';
}

/** Whether disk, permissions or other processes are to blame, and not a statement of ours. */
function isEnvironment(error: unknown): boolean {
  const code = primaryCode(error);
  return code !== null && ENVIRONMENT.has(code);
}

/**
 * What an error while opening means to a person: the folder cannot be used. Errors of our own statements
 * and anything already classified go through unchanged.
 */
export function asFolderError(folder: string, error: unknown): unknown {
  if (!isEnvironment(error) && !isSystemError(error)) return error;
  // A lock or wrong contents say nothing about the folder, whatever its rights are.
  if (isBusy(error) || isCorrupt(error))
    return new UsageError(
      UsageCode.DataFolderUnusable,
      { folder, reason: messageOf(error) },
      { cause: error },
    );
  return folderError(folder, error, messageOf(error));
}

/**
 * What an error of an open journal means to a run: `local_disk_full` or `journal_failed`, transient only where it
 * was a lock.
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
