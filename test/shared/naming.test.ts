import { expect, test } from 'vitest';
import { compareNames } from '../../src/shared/naming.ts';

test('names are in one order whatever their case', () => {
  const names = ['x_device', 'X_MixedCase', 'ad_user', 'x_zone', 'AD_User'];
  expect(names.sort(compareNames)).toEqual(['AD_User', 'ad_user', 'x_device', 'X_MixedCase', 'x_zone']);
});
