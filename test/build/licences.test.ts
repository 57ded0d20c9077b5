import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { importedPackages, licencesText, shippedPackages } from '../../scripts/licences.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const shipped = shippedPackages(ROOT);

test('every package that the program needs is listed with its licence', () => {
  const text = licencesText(shipped);
  const names = new Set(shipped.map((one) => one.name));
  for (const name of Object.keys(manifest.dependencies)) expect(names).toContain(name);
  for (const name of importedPackages(resolve(ROOT, 'src'))) expect(names).toContain(name);
  for (const { name, version, licence } of shipped)
    expect(text).toContain(`${name} ${version}: ${licence}\n`);
  // What others need, and what the window is made of.
  for (const name of ['pg-protocol', 'react', 'react-dom', '@mantine/core', 'zod'])
    expect(names).toContain(name);
  expect(text).toContain('Permission is hereby granted');
});

test('no package is shipped whose licence asks for more than its name', () => {
  const unusual = shipped.filter(
    (one) =>
      // OFL: what has a typeface within it has to have its licence's text, which the file has.
      !/^\(?(?:OFL-1\.1|MIT|MIT-0|ISC|Apache-2\.0|BSD-[23]-Clause|0BSD|BlueOak-1\.0\.0|CC0-1\.0|Unlicense|Python-2\.0|PostgreSQL)/.test(
        one.licence,
      ),
  );
  expect(unusual.map((one) => `${one.name}: ${one.licence}`)).toEqual([]);
});

test('the build writes the list, and the installers contain it', () => {
  expect(manifest.scripts.build).toContain('npm run licences');
  expect(manifest.scripts.licences).toBe('node scripts/licences.ts');
  expect(readFileSync(resolve(ROOT, 'electron-builder.yml'), 'utf8')).toContain(
    '  - out/THIRD-PARTY-LICENCES\n',
  );
});
