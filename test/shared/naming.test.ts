import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareNames, matchesTable } from '../../src/shared/naming.ts';

test('names are in one order whatever their case', () => {
  const names = ['x_device', 'X_MixedCase', 'ad_user', 'x_zone', 'AD_User'];
  expect(names.sort(compareNames)).toEqual(['AD_User', 'ad_user', 'x_device', 'X_MixedCase', 'x_zone']);
});

test.each([
  ['*', 'item', true],
  ['c_*', 'C_Invoice', true],
  ['*_tmp', 'x_tmp', true],
  ['*_tmp', 'x_tmp2', false],
  ['a*a', 'a', false],
  ['a*a', 'aa', true],
  ['ab*ba', 'aba', false],
  ['*a*b*', 'xbxaxb', true],
  ['*a*b*', 'xbxa', false],
  ['a**b', 'ab', true],
  ['*ab', 'abab', true],
  ['a.c*', 'abcd', false],
  ['*É*', 'café', true],
  ['a*b', 'a\nb', true],
])('the pattern %j means %j: %j', (pattern, table, expected) => {
  expect(matchesTable(pattern, table)).toBe(expected);
});

test('a pattern means what one expression would', () => {
  const letters = (extra: readonly string[]) =>
    fc.array(fc.constantFrom('a', 'b', 'A', ...extra), { maxLength: 9 }).map((all) => all.join(''));
  fc.assert(
    fc.property(letters(['*', '*']), letters([]), (text, table) => {
      const pattern = `${text}*`;
      const expression = new RegExp(`^${pattern.replaceAll('*', '.*')}$`, 'iu');
      expect(matchesTable(pattern, table)).toBe(expression.test(table));
    }),
  );
});
