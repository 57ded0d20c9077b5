import { expect, test } from 'vitest';
import { isExportName } from '../../src/shared/exportParts.ts';
import { passphraseStrength } from '../../src/shared/passphraseStrength.ts';

test.each([
  ['', 'short'],
  ['elevenchars', 'short'],
  ['aaaaaaaaaaaaaaaaaaaaaaaa', 'weak'],
  ['1234567890123456', 'weak'],
  ['abcabcabcabcabcabc', 'weak'],
  ['password1234', 'weak'],
  ['kopi kopi kopi kopi kopi', 'weak'],
  ['correct horse battery staple', 'fair'],
  ['kuda baterai hujan kertas benar', 'strong'],
  ['x7Kq-93vT-mw2Z-81pL', 'strong'],
])('%j is %s', (passphrase, strength) => {
  expect(passphraseStrength(passphrase)).toBe(strength);
});

test.each([
  ['pgsql_lmp.export', true],
  ['Lampung 2026-11.export', true],
  ['x.EXPORT', false],
  ['.export', false],
  ['NUL.export', false],
  ['nullarbor.export', true],
  ['.hidden.export', false],
  ['-rf.export', false],
  ['../up.export', false],
  ['a\\b.export', false],
  ['a:b.export', false],
  ['a\n.export', false],
  ['lampung.export.002', false],
  [`${'x'.repeat(200)}.export`, false],
])('whether %j can be the name of an export: %s', (name, can) => {
  expect(isExportName(name)).toBe(can);
});
