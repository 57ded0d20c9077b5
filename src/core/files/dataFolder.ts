import { chmodSync, closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs';
import path from 'node:path';
import { errnoOf } from './folderError.ts';

/** What decides where the data folder is. */
export interface FolderHints {
  /** `--data-dir`. */
  readonly dataDir?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly homedir: string;
}

/**
 * The folder with `settings.json`, `journal.db`, `lease.db` and `logs/`: `--data-dir`, else
 * BRANCHLINE_HOME, else exactly where Electron's `app.getPath('userData')` is for an application named
 * `Branchline`. If CLI and tray disagreed here, each would have settings, a journal and a lease of its
 * own, and two syncs could run at once.
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

/** Bits by which other users of the machine may enter, read or write. */
const OTHERS = 0o077;

/**
 * Makes the user-data folder where it is missing, for this user alone: who may read it knows head office's hosts and
 * users, and who may open its lock files could keep every sync waiting. A folder that was made by an earlier version,
 * or copied, is closed to others; one that somebody named with `--data-dir` and that holds nothing of ours is not.
 */
export function makeOwnFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (MARKS.some((name) => existsSync(path.join(folder, name)))) closeToOthers(folder, 0o700);
}

const MARKS = ['installation.json', 'journal.db', 'lease.db'] as const;

/**
 * Makes an empty file for this user alone where there is none, and closes one that is there to others. The file that
 * is there is not opened: a process loses its locks on a file when it closes it by any handle.
 */
export function makeOwnFile(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
    closeToOthers(file, 0o600);
  }
}

/** Windows has no such bits: there the folder of the user's profile protects what is in it. */
function closeToOthers(place: string, mode: number): void {
  if (process.platform === 'win32') return;
  try {
    const stat = statSync(place);
    if (stat.uid === process.getuid?.() && (stat.mode & OTHERS) !== 0) chmodSync(place, mode);
  } catch {
    // A disk without such bits, or a read-only one. Whoever writes there next tells what is wrong.
  }
}
