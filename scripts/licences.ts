/**
 * Writes `out/THIRD-PARTY-LICENCES`: the licence of every package whose code is in the program. Part of the
 * build.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, resolve } from 'node:path';

const FILE = 'THIRD-PARTY-LICENCES';

/** ssh2's native options: their scripts do not run, and the bundles leave them out. */
const LEFT_OUT = new Set(['cpu-features', 'nan']);

interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** A package that is shipped, with its licence. */
export interface ShippedPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX, as declared by the package. */
  readonly licence: string;
  /** The text of its licence file; null if it has none. */
  readonly text: string | null;
}

/** Packages that the program depends on or imports, and their dependencies, once per version. */
export function shippedPackages(root: string): readonly ShippedPackage[] {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, LockedPackage>>;
  };
  const places = new Set<string>();
  const take = (name: string, from: string): void => {
    const place = placeOf(name, from, lock.packages);
    if (place === null || places.has(place)) return;
    places.add(place);
    // Electron's dependencies are used only by its installation.
    if (name === 'electron') return;
    const { dependencies, optionalDependencies } = lock.packages[place] ?? {};
    for (const one of Object.keys({ ...dependencies, ...optionalDependencies }))
      if (!LEFT_OUT.has(one)) take(one, place);
  };
  // All dependencies, because some are loaded by name at run time, in a separate process.
  const own = Object.keys(lock.packages['']?.dependencies ?? {});
  for (const name of [...own, ...importedPackages(join(root, 'src'))]) take(name, '');
  const found = [...places].map((place) => describe(root, place, lock.packages[place] ?? {}));
  return found.sort((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1));
}

/** Names of the packages that any source file imports. */
export function importedPackages(folder: string): readonly string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((one) =>
    /\.(?:tsx?|css)$/.test(one),
  );
  const names = files.flatMap((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    const imports = text.matchAll(
      /(?:\bfrom|\bimport|\bimport\(|\brequire\(|@import|\burl\()\s*['"]([^'"]+)['"]/g,
    );
    return [...imports].map((one) => one[1] ?? '');
  });
  const packages = names.filter((one) => /^[@a-z]/.test(one) && !one.startsWith('node:')).map(packageName);
  return [...new Set(packages)].filter((one) => !builtinModules.includes(one)).sort();
}

/** `@mantine/core/styles.css` → `@mantine/core`. */
function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** The folder of a package as seen from another one, by Node's resolution. */
function placeOf(
  name: string,
  from: string,
  packages: Readonly<Record<string, LockedPackage>>,
): string | null {
  for (
    let folder = from;
    folder !== '';
    folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))
  ) {
    const place = `${folder}/node_modules/${name}`;
    if (packages[place] !== undefined) return place;
  }
  return packages[`node_modules/${name}`] === undefined ? null : `node_modules/${name}`;
}

function describe(root: string, place: string, locked: LockedPackage): ShippedPackage {
  const name = place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
  return {
    name,
    version: locked.version ?? '',
    licence: locked.license ?? olderLicence(join(root, place)) ?? 'see the package',
    text: licenceText(join(root, place)),
  };
}

/** npm puts only `license` into the lock file; older packages have a list. */
function olderLicence(folder: string): string | undefined {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return undefined;
  const { licenses = [] } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly licenses?: readonly { readonly type?: string }[];
  };
  return licenses[0]?.type;
}

function licenceText(folder: string): string | null {
  // Installed for other platforms only; the licence of the package that depends on it applies.
  if (!existsSync(folder)) return null;
  const file = readdirSync(folder).find((one) => /^(?:licen[cs]e|copying)/i.test(one));
  return file === undefined ? null : readFileSync(join(folder, file), 'utf8').trim();
}

/** The file's text: a list, then the licences, with equal ones once. */
export function licencesText(packages: readonly ShippedPackage[]): string {
  const list = packages.map((one) => `${one.name} ${one.version}: ${one.licence}`);
  const byText = Map.groupBy(
    packages.filter((one) => one.text !== null),
    (one) => one.text,
  );
  const texts = [...byText].map(
    ([text, users]) => `${users.map((one) => `${one.name} ${one.version}`).join('\n')}\n\n${text}\n`,
  );
  const line = `\n${'-'.repeat(78)}\n\n`;
  const head =
    'Branchline contains code of these packages. The licences of Electron and Chromium lie beside it.';
  return [`${head}\n\n${list.join('\n')}\n`, ...texts].join(line);
}

if (import.meta.main) {
  const root = resolve(import.meta.dirname, '..');
  mkdirSync(join(root, 'out'), { recursive: true });
  writeFileSync(join(root, 'out', FILE), licencesText(shippedPackages(root)));
}
