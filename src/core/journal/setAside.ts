import { existsSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Renames a damaged journal, with what belongs to it, so that a new one can begin. Nothing is deleted:
 * an administrator may want to recover the history from it.
 *
 * The database goes last: if the machine dies in between, the next opening finds the same damaged file
 * again. The other way round a new journal would start beside the old `-wal`, and SQLite would drop that.
 *
 * @returns the new file name, without its folder
 */
export function setAside(file: string, now: Date): string {
  const folder = dirname(file);
  const stamp = now.toISOString().replace(/[-:]|\.\d+/g, '');
  let name = `journal.corrupt-${stamp}.db`;
  for (let copy = 2; existsSync(join(folder, name)); copy += 1) name = `journal.corrupt-${stamp}-${copy}.db`;
  for (const suffix of ['-wal', '-shm', '']) {
    if (existsSync(file + suffix)) renameSync(file + suffix, join(folder, name + suffix));
  }
  return name;
}
