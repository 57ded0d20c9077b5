import { chmodSync, closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs';
import path from 'node:path';
import { errnoOf } from './folderError.ts';

/** What the location of the data folder depends on. */
export interface FolderHints {
  /** `--data-dir`. */
  readonly dataDir?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly homedir: string;
}

/**
 * The folder with `settings.json`, `journal.db`, `lease.db` and `logs/`: `--data-dir`, else BRANCHLINE_HOME,
 * else the same as Electron's `app.getPath('userData')` for an application named `Branchline`. CLI and tray
 * must agree on it: otherwise each would have its own settings, journal and lease, and two syncs could run at
 * once.
 *
 * @see https://www.electronjs.org/docs/latest/api/app#appgetpathname
 * @returns an absolute path; nothing is created
 */
export function dataFolder({ dataDir, env, platform, homedir }: FolderHints): string {
  const paths = platform === 'win32' ? path.win32 : path.posix;
  const chosen = dataDir || env.BRANCHLINE_HOME;
  if (chosen) return paths.resolve(chosen);

  switch (platform) {
    case 'win32':
      return paths.join(env.APPDATA || paths.join(homedir, 'AppData', 'Roaming'), NAME);
    case 'darwin':
      return paths.join(homedir, 'Library', 'Application Support', NAME);
    default:
      return paths.join(env.XDG_CONFIG_HOME || paths.join(homedir, '.config'), NAME);
  }
}

const NAME = 'Branchline';

/** Permission bits that let other users of the machine enter, read or write. */
const OTHERS = 0o077;

/**
 * Creates the user-data folder if it is missing, accessible to this user alone: its contents include head
 * office's hosts and users, and whoever can open its lock files could block every sync. A folder from an
 * earlier version or a copy is closed to others; one named with `--data-dir` that has none of our files is
 * left as it is.
 */
export function makeOwnFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (MARKS.some((name) => existsSync(path.join(folder, name)))) closeToOthers(folder, 0o700);
}

const MARKS = ['installation.json', 'journal.db', 'lease.db'] as const;

/**
 * Creates an empty file for this user alone, or closes an existing one to others. An existing file is not
 * opened: a process loses its locks on a file when it closes any handle of it.
 */
export function makeOwnFile(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
    closeToOthers(file, 0o600);
  }
}

/** Windows has no such bits: there the user's profile folder protects its contents. */
function closeToOthers(place: string, mode: number): void {
  if (process.platform === 'win32') return;
  try {
    const stat = statSync(place);
    if (stat.uid === process.getuid?.() && (stat.mode & OTHERS) !== 0) chmodSync(place, mode);
  } catch {
    // A disk without permission bits, or a read-only one. The next write reports what is wrong.
  }
}
