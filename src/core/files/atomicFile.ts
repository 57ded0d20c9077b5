import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { makeOwnFolder } from './dataFolder.ts';
import { errnoOf, folderError } from './folderError.ts';

/**
 * Replaces a file as a whole: whoever reads it at any moment, also after a power cut, finds either the
 * old text or the new one. Mode 0600, because host and user names of a head office are nobody else's.
 *
 * @throws UsageError `data_folder_unusable`, `data_folder_full`, `data_folder_read_only`
 */
export function replaceFile(file: string, text: string): void {
  usingFolder(file, () => {
    const target = linkTarget(file);
    withTemporary(target, text, (temporary) => renamePatiently(temporary, target));
  });
}

/**
 * Creates a file with its whole text, unless there is one already.
 *
 * @returns whether it was created by this call
 * @throws UsageError `data_folder_unusable`, `data_folder_full`, `data_folder_read_only`
 */
export function createFile(file: string, text: string): boolean {
  return usingFolder(file, () => withTemporary(file, text, (temporary) => claim(temporary, file, text)));
}

/** A symbolic link in place of the file (dotfile managers) is followed, not replaced. */
function linkTarget(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

function withTemporary<T>(file: string, text: string, use: (temporary: string) => T): T {
  const temporary = `${file}.${process.pid}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    writeDurably(temporary, text);
    const result = use(temporary);
    syncFolder(path.dirname(file));
    return result;
  } finally {
    rmSync(temporary, { force: true });
  }
}

function writeDurably(file: string, text: string): void {
  const handle = openSync(file, 'wx', 0o600);
  try {
    writeFileSync(handle, text);
    // Without it a power cut after the rename can leave a file of the right name and length, full of zeros.
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** A hard link appears with all of its text or not at all, and only for the first who makes it. */
function claim(temporary: string, file: string, text: string): boolean {
  try {
    linkSync(temporary, file);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
  }
  // No hard links here (FAT, some network shares): still one winner, though a reader could meet it half written.
  try {
    writeDurably(file, text);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
}

const RENAME_ATTEMPTS = 25;
const RENAME_PAUSE_MS = 20;

/** On Windows a rename is refused while a virus scanner or a reader has the target open: half a second of patience. */
function renamePatiently(from: string, to: string): void {
  for (let attempt = 1; ; attempt++) {
    try {
      renameSync(from, to);
      return;
    } catch (error) {
      const inUse = ['EPERM', 'EACCES', 'EBUSY'].includes(errnoOf(error));
      if (process.platform !== 'win32' || !inUse || attempt === RENAME_ATTEMPTS) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RENAME_PAUSE_MS);
    }
  }
}

/** Makes the new name itself durable. Windows has no such call and needs none. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } catch {
    // Some network file systems refuse it: the file is complete all the same.
  } finally {
    closeSync(handle);
  }
}

function usingFolder<T>(file: string, work: () => T): T {
  const folder = path.dirname(file);
  try {
    makeOwnFolder(folder);
    return work();
  } catch (error) {
    throw folderError(folder, error);
  }
}
