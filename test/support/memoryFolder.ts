import { accessSync, chmodSync, constants, mkdirSync, readFileSync, statfsSync } from 'node:fs';

/** Linux keeps files here in memory. */
const SHARED_MEMORY = '/dev/shm';
/** The servers of a whole test run stay below 2 GB. */
const NEEDED_BYTES = 4 * 1024 ** 3;

/**
 * Finds a folder in memory for the temporary files of the tests: their database servers start and copy their
 * files there several times faster than on a disk.
 *
 * @returns null where there is none, where it is too small, or where programs in it may not be started
 */
export function memoryFolder(): string | null {
  if (process.platform !== 'linux' || process.getuid === undefined) return null;
  try {
    accessSync(SHARED_MEMORY, constants.W_OK);
    const { bavail, bsize } = statfsSync(SHARED_MEMORY);
    if (bavail * bsize < NEEDED_BYTES || mountOptions().includes('noexec')) return null;
    const folder = `${SHARED_MEMORY}/branchline-tests-${process.getuid()}`;
    // Open to all, as /tmp is: some tests run a program as another user.
    if (mkdirSync(folder, { recursive: true }) !== undefined) chmodSync(folder, 0o1777);
    accessSync(folder, constants.W_OK);
    return folder;
  } catch {
    return null;
  }
}

function mountOptions(): readonly string[] {
  const line = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .find((one) => one.split(' ')[1] === SHARED_MEMORY);
  // Not mounted on its own: then it is a folder on the disk, which gains nothing.
  return line === undefined ? ['noexec'] : (line.split(' ')[3] ?? '').split(',');
}
