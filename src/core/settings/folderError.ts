import { accessSync, constants } from 'node:fs';
import { UsageCode, UsageError } from '../../shared/errors.ts';
import { errnoOf } from './errno.ts';

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
  const refusal = writeRefusal(folder);
  if (refusal !== null)
    return new UsageError(UsageCode.DataFolderReadOnly, { ...params, reason: refusal }, { cause: error });
  return new UsageError(UsageCode.DataFolderUnusable, { ...params, reason }, { cause: error });
}

/** No room is left, as the system or SQLite says it. */
export function isNoRoom(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'SQLITE_FULL'].includes(errnoOf(error));
}

/** Libraries speak of locks and I/O errors on a read-only disk; the system says what it is. */
function writeRefusal(folder: string): string | null {
  try {
    accessSync(folder, constants.W_OK);
    return null;
  } catch (error) {
    const errno = errnoOf(error);
    return ['EROFS', 'EACCES', 'EPERM'].includes(errno) ? errno : null;
  }
}
