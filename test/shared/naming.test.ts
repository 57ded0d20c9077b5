import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareNames, matchesTable, namesTable, tableLookup } from '../../src/shared/naming.ts';

test('names are sorted regardless of their case', () => {
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

test('a pattern matches like a single expression would', () => {
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

test('a lookup finds the same as single searches, however many tables there are', () => {
  const all = ['c_order', 'C_Order', 'COrder', 'Order', 'order', 'café', 'x'];
  const lookup = tableLookup(all, (one) => one);
  const means = (typed: string) =>
    all.includes(typed) ? [typed] : all.filter((one) => namesTable(typed, one));
  for (const typed of [...all, 'CORDER', 'c_ORDER', ' order ', 'ORDER', 'Café', 'nothing', ''])
    expect(lookup(typed), typed).toEqual(means(typed));

  const many = Array.from({ length: 20_000 }, (_, index) => `t_${index}`);
  const inMany = tableLookup(many, (one) => one);
  const looked: string[] = [];
  expect(many.every((one) => inMany(one.toUpperCase())[0] === one)).toBe(true);
  // One look a table: 20,000 names against 20,000 tables would be 400 million.
  tableLookup(many, (one) => {
    looked.push(one);
    return one;
  })('T_1');
  expect(looked.length).toBeLessThanOrEqual(2 * many.length);
});
