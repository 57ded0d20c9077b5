import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const fromHere = createRequire(import.meta.url);

/** A packaged Branchline on the test runtime. */
export interface PackagedApp {
  /** Where it is installed, as by an installer. */
  readonly folder: string;
  readonly program: string;
  readonly resources: string;
  /** The `branchline` command. */
  readonly launcher: string;
  remove(): void;
}

/** Of a checkout, what is no part of its sources. */
const NOT_SOURCE = new Set(['node_modules', 'out', 'dist', '.git', 'coverage']);

const OUT = `out/package-${process.pid}`;

/**
 * Builds this checkout and lets electron-builder package a copy of it for the test runtime, with the
 * configuration that ships. Blanks are in the path on purpose.
 */
export async function packageApp(): Promise<PackagedApp> {
  const place = mkdtempSync(join(tmpdir(), 'branchline package '));
  const remove = (): void => rmSync(place, { recursive: true, force: true });
  try {
    const checkout = join(place, 'checkout');
    cpSync('.', checkout, { recursive: true, filter: (file) => !NOT_SOURCE.has(basename(file)) });
    await build(join(checkout, 'out'));
    installForProduction(checkout);
    await electronBuilder(checkout, copyRuntime(place));
    const folder = join(place, 'Program Files');
    renameSync(join(checkout, 'dist/linux-unpacked'), folder);
    return {
      folder,
      program: join(folder, 'branchline-desktop'),
      resources: join(folder, 'resources'),
      launcher: join(folder, 'resources/bin/branchline'),
      remove,
    };
  } catch (error) {
    remove();
    throw error;
  }
}

/** As `npm run build` does, beside what a person may have built. */
async function build(into: string): Promise<void> {
  const env = {
    ...process.env,
    NODE_ENV: 'production',
    BRANCHLINE_BUILD_TARGET: 'electron25',
    BRANCHLINE_BUILD_OUT: OUT,
  };
  try {
    for (const program of ['electron-vite/bin/electron-vite.js', 'vite/bin/vite.js'])
      await run(process.execPath, [resolve('node_modules', program), 'build'], { env });
    cpSync(OUT, into, { recursive: true });
  } finally {
    rmSync(OUT, { recursive: true, force: true });
  }
}

/** As `npm ci --omit=dev` does, with nothing fetched. */
function installForProduction(checkout: string): void {
  const { packages }: LockFile = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  for (const [folder, { dev }] of Object.entries(packages)) {
    // Absent are the packages for other platforms.
    if (folder === '' || dev === true || !existsSync(folder)) continue;
    cpSync(folder, join(checkout, folder), { recursive: true, verbatimSymlinks: true });
  }
}

interface LockFile {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean }>>;
}

/** Its `default_app.asar` is a folder, which electron-builder does not understand; a package has none anyway. */
function copyRuntime(place: string): string {
  const runtime = join(process.env.BRANCHLINE_TEST_ELECTRON ?? '', 'electron');
  const copy = join(place, 'electron');
  cpSync(runtime, copy, { recursive: true, filter: (file) => basename(file) !== 'default_app.asar' });
  return copy;
}

async function electronBuilder(checkout: string, electron: string): Promise<void> {
  const hooks = join(import.meta.dirname, 'packageHooks.ts');
  const options = {
    electronDist: electron,
    electronVersion: readFileSync(join(electron, 'version'), 'utf8').trim(),
    beforePack: hooks,
    afterPack: hooks,
  };
  const args = Object.entries(options).map(([name, value]) => `--config.${name}=${value}`);
  const cli = fromHere.resolve('electron-builder/cli.js');
  await run(process.execPath, [cli, '--dir', '--linux', ...args], { cwd: checkout });
}

/** electron-builder's own tools are found from there: they are no dependencies of ours. */
const fromBuilder = createRequire(fromHere.resolve('electron-builder'));
const fromBuilderLib = createRequire(fromBuilder.resolve('app-builder-lib'));

interface Asar {
  listPackage(archive: string, options: { readonly isPack: boolean }): readonly string[];
}

/** What is in an archive, and which of it is a file beside it. */
export function listArchive(archive: string): readonly { readonly file: string; readonly packed: boolean }[] {
  const asar: Asar = fromBuilderLib('@electron/asar');
  return asar.listPackage(archive, { isPack: true }).map((line) => {
    const [state = '', file = ''] = line.split(' : ');
    return { file: file.slice(1), packed: state.trim() === 'pack' };
  });
}

interface Fuses {
  readonly FuseV1Options: Readonly<Record<string, number>>;
  getCurrentFuseWire(program: string): Promise<Readonly<Record<number, number>>>;
}

/** The fuses of a program, by the names that electron-builder.yml has for them. */
export async function readFuses(program: string): Promise<Readonly<Record<string, boolean>>> {
  const { FuseV1Options, getCurrentFuseWire }: Fuses = fromBuilderLib('@electron/fuses');
  const wire = await getCurrentFuseWire(program);
  return Object.fromEntries(
    Object.entries(FuseV1Options).flatMap(([name, index]) => {
      const state = typeof index === 'number' ? wire[index] : undefined;
      const key = name.charAt(0).toLowerCase() + name.slice(1);
      return state === undefined ? [] : [[key, String.fromCharCode(state) === '1']];
    }),
  );
}
