import path from 'node:path';

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
