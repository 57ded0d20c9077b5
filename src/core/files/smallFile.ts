import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';

/** Settings and password files have kilobytes; the largest CA bundles have about 1 MB. */
export const SMALL_FILE_MB = 8;
const MOST_BYTES = SMALL_FILE_MB * 1024 * 1024;

/** Why a file is not read. */
export type Unfit = 'not_a_file' | 'too_large';

/** A path that leads to something that must not be read: a pipe, a device, a folder, or far too many bytes. */
export class UnfitFileError extends Error {
  override readonly name = 'UnfitFileError';
  readonly why: Unfit;

  constructor(why: Unfit) {
    super(
      why === 'not_a_file'
        ? 'it is not a plain file (a folder, a pipe or a device)'
        : `it is larger than ${SMALL_FILE_MB} MB`,
    );
    this.why = why;
  }
}

/**
 * Reads a file whose path comes from settings or from the data folder. A pipe could block forever, a device
 * may never end, and a file of gigabytes would take all memory, so these are refused before reading.
 *
 * @throws UnfitFileError; the system's error if the file cannot be opened
 */
export function readSmallFile(file: string): Buffer {
  const handle = openPlainFile(file, constants.O_RDONLY);
  try {
    const { size } = fstatSync(handle);
    if (size > MOST_BYTES) throw new UnfitFileError('too_large');
    return readAll(handle, size);
  } finally {
    closeSync(handle);
  }
}

/** {@link readSmallFile} as UTF-8. */
export function readSmallText(file: string): string {
  return readSmallFile(file).toString('utf8');
}

/**
 * Opens a file of the data folder. Refuses a pipe, which would block until its other end is opened.
 *
 * @param flags of `constants`
 * @param mode of a new file
 * @returns a handle, to be closed
 * @throws UnfitFileError `not_a_file`; the system's error if it cannot be opened
 */
export function openPlainFile(file: string, flags: number, mode?: number): number {
  // Checked first, because opening a device can already have effects.
  if (statSync(file, { throwIfNoEntry: false })?.isFile() === false) throw new UnfitFileError('not_a_file');
  // Non-blocking, because a pipe may have replaced the file since.
  const handle = openSync(file, flags | (constants.O_NONBLOCK ?? 0), mode);
  if (fstatSync(handle).isFile()) return handle;
  closeSync(handle);
  throw new UnfitFileError('not_a_file');
}

/** Some system files report size 0 but are not empty, and a file may grow while it is read. */
function readAll(handle: number, size: number): Buffer {
  const parts: Buffer[] = [];
  let total = 0;
  for (;;) {
    const part = Buffer.alloc(Math.max(1, size - total + 1));
    const read = readSync(handle, part, 0, part.length, null);
    if (read === 0) return Buffer.concat(parts);
    parts.push(part.subarray(0, read));
    total += read;
    if (total > MOST_BYTES) throw new UnfitFileError('too_large');
  }
}
