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
 * Replaces a file atomically: a reader finds either the old text or the new one at any moment, also after a
 * power cut. Mode 0600, because host and user names of head office are private.
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
 * Creates a file with its whole text, unless it exists.
 *
 * @returns whether this call created it
 * @throws UsageError `data_folder_unusable`, `data_folder_full`, `data_folder_read_only`
 */
export function createFile(file: string, text: string): boolean {
  return usingFolder(file, () => withTemporary(file, text, (temporary) => claim(temporary, file, text)));
}

/** If the file is a symbolic link (dotfile managers), its target is replaced instead of the link. */
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
    // Without this, a power cut after the rename can leave a file with the right name and length but full of
    // zeros.
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** A hard link appears with its whole text or not at all, and only for the first process that creates it. */
function claim(temporary: string, file: string, text: string): boolean {
  try {
    linkSync(temporary, file);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
  }
  // No hard links here (FAT, some network shares): one process still wins, but a reader could see half of the
  // file.
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

/**
 * On Windows a rename fails while a virus scanner or a reader has the target open, so it is retried for half
 * a second.
 */
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

/** Makes the new directory entry durable. Windows has no such call and does not need it. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } catch {
    // Some network file systems refuse this; the file itself is complete.
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
