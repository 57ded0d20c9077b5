import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of a test's own, in memory. */
export interface SmallDisk extends Disposable {
  readonly folder: string;
  /** Fills it until only so many bytes are free. */
  fillUpTo(freeBytes: number): void;
  /** Takes the filling away. */
  makeRoom(): void;
  setReadOnly(on: boolean): void;
}

/** Why there is none here; each is said where the test is skipped. */
export type NoDisk = string;

/**
 * Mounts one. That takes Linux and root with the right to mount, which some containers do not give.
 *
 * @returns why it cannot be had, where it cannot
 */
export function smallDisk(megabytes: number): SmallDisk | NoDisk {
  if (process.platform !== 'linux') return 'a small disk of the test is mounted on Linux only';
  if (process.getuid?.() !== 0) return 'only root may mount a small disk';
  const folder = mkdtempSync(join(tmpdir(), 'branchline-disk-'));
  const filling = join(folder, 'filling');
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { stdio: 'pipe' });
  } catch (error) {
    rmSync(folder, { recursive: true });
    return `this place lets nobody mount a small disk (run it with the right to mount): ${String(error)}`;
  }
  const makeRoom = (): void => rmSync(filling, { force: true });
  return {
    folder,
    fillUpTo: (freeBytes) => {
      if (existsSync(filling)) makeRoom();
      const { bavail, bsize } = statfsSync(folder);
      writeFileSync(filling, Buffer.alloc(Math.max(0, bavail * bsize - freeBytes)));
    },
    makeRoom,
    setReadOnly: (on) => {
      execFileSync('mount', ['-o', `remount,${on ? 'ro' : 'rw'}`, folder]);
    },
    [Symbol.dispose]: () => {
      execFileSync('umount', ['--lazy', folder]);
      rmSync(folder, { recursive: true });
    },
  };
}
