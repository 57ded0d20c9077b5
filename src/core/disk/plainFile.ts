import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { UsageCode, UsageError } from '../../shared/errors.ts';

/**
 * Opens a file of an export for reading. A person or a disk from elsewhere names it: a pipe in its place would block
 * for ever, and opening a device can already have effects.
 *
 * @throws UsageError `export_foreign` for anything but a plain file; errors of the system
 */
export async function openPlain(name: string): Promise<FileHandle> {
  if (!(await stat(name)).isFile()) throw foreign(name);
  // Non-blocking, because a pipe may have replaced the file since.
  const handle = await open(name, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw foreign(name);
}

function foreign(file: string): UsageError {
  return new UsageError(UsageCode.ExportForeign, { file });
}
