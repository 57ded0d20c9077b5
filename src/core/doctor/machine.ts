import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import type { Keychain } from '../secrets/keychain.ts';
import { systemKeychain } from '../secrets/systemKeychain.ts';

/** What the checks ask of this computer. Tests replace single parts, such as a system command's output. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly tempFolder: string;
  readonly keychain: Keychain;
  /** Name and version of the runtime: `Node.js 24.1.0`, `Electron 39.0.0`. */
  readonly runtime: string;
  /** When this process began. */
  readonly startedAt: Date;
  /** Files that an update of the program replaces. */
  readonly programFiles: readonly string[];
  /** IANA name of the computer's time zone. */
  zone(): string;
  /** Bytes that this user may still write on the disk of a folder. */
  freeBytes(folder: string): Promise<number>;
  /**
   * The standard output of a system command, whatever its exit code.
   *
   * @returns null if the command does not exist or does not end in time
   */
  run(command: string, args: readonly string[]): Promise<string | null>;
}

/** A system command about sleep answers at once; one that waits for a service that never starts does not. */
const COMMAND_MS = 5000;

/** This computer. */
export function thisMachine(): Machine {
  const { electron } = process.versions;
  return {
    platform: process.platform,
    tempFolder: tmpdir(),
    keychain: systemKeychain(),
    runtime: electron === undefined ? `Node.js ${process.versions.node}` : `Electron ${electron}`,
    startedAt: new Date(performance.timeOrigin),
    // From a checkout, Electron is given a folder, which changes with each file in it.
    programFiles: [process.execPath, process.argv[1] ?? ''].filter(isFile),
    zone: () => Intl.DateTimeFormat().resolvedOptions().timeZone,
    freeBytes: async (folder) => {
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    },
    run: runCommand,
  };
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}

function runCommand(command: string, args: readonly string[]): Promise<string | null> {
  return new Promise((resolve) => {
    // English output where the command translates it; the parsers do not depend on it.
    const env = { ...process.env, LC_ALL: 'C' };
    const options = { timeout: COMMAND_MS, windowsHide: true, env, maxBuffer: 1_000_000 };
    execFile(command, [...args], options, (error, stdout) => {
      const ended = error === null || typeof error.code === 'number';
      resolve(ended ? stdout : null);
    });
  });
}

/**
 * When a program's file was last replaced; null if that is unknown. The time of the change of the file's entry counts,
 * because an installer keeps the time at which the file was built.
 */
export function replacedAt(file: string): Date | null {
  try {
    return new Date(statSync(file).ctimeMs);
  } catch {
    return null;
  }
}
