import { FailureCode, FailureKind, SyncFailure, UsageCode, UsageError } from '../../shared/errors.ts';
import { errnoOf, isNoRoom } from '../files/folderError.ts';

/** The export is not what it was when it was written. @param place what of it: a part's header, a block, the index */
export function damaged(file: string, place: string, cause?: unknown): UsageError {
  return new UsageError(UsageCode.ExportDamaged, { file, place }, { cause });
}

/** What an error of the system means while an export is written. */
export function writingFailed(file: string, error: unknown): unknown {
  if (error instanceof UsageError || error instanceof SyncFailure) return error;
  if (isNoRoom(error)) return new UsageError(UsageCode.ExportDiskFull, { file }, { cause: error });
  if (errnoOf(error) === '') return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new UsageError(UsageCode.ExportUnwritable, { file, reason }, { cause: error });
}

/** What an error means while an export is opened. */
export function openingFailed(file: string, error: unknown): unknown {
  if (error instanceof UsageError || errnoOf(error) === '') return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new UsageError(UsageCode.ExportUnreadable, { file, reason }, { cause: error });
}

/** What an error means for a table whose rows are read from an export. A medium may come back, so that is tried again. */
export function readingFailed(connection: string, error: unknown): SyncFailure {
  if (error instanceof SyncFailure) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof UsageError && error.code === UsageCode.ExportDamaged) {
    const { ExportedRowsDamaged: code } = FailureCode;
    const params = { connection, ...error.params };
    return new SyncFailure({ code, kind: FailureKind.Permanent, message, params }, { cause: error });
  }
  const code = errnoOf(error) === '' ? FailureCode.Internal : FailureCode.ExportedRowsUnreadable;
  const kind = errnoOf(error) === '' ? FailureKind.Permanent : FailureKind.Transient;
  return new SyncFailure({ code, kind, message, params: { connection } }, { cause: error });
}
