import { expect, test } from 'vitest';
import {
  askedImport,
  askedPlace,
  branchPlace,
  CENTRAL,
  formerPlace,
  importPlace,
  isTestAsked,
} from '../../../src/renderer/parts/branchesPlace.ts';

test('a branch has a page, whose address can ask for a test', () => {
  expect(branchPlace('pgsql_lmp')).toBe('/branches/pgsql_lmp');
  expect(branchPlace('a&b=c d', 'tables')).toBe('/branches/a%26b%3Dc%20d/tables');
  expect(isTestAsked(askedPlace({ id: CENTRAL, whatFor: 'test' }).split('?')[1] ?? '')).toBe(true);
  expect(isTestAsked(askedPlace({ id: CENTRAL, whatFor: 'at' }).split('?')[1] ?? '')).toBe(false);
});

test('an import is asked for by its batch', () => {
  expect(askedImport(importPlace('sync_1').split('?')[1] ?? '')).toBe('sync_1');
  expect(askedImport('')).toBeNull();
});

test('addresses of the page that was called Connections still lead there', () => {
  expect(formerPlace('')).toBe('/branches');
  expect(formerPlace('test=pgsql_lmp')).toBe('/branches/pgsql_lmp?test=now');
  expect(formerPlace('at=central')).toBe('/branches/central');
  expect(formerPlace('import=sync_1')).toBe('/branches?import=sync_1');
});
