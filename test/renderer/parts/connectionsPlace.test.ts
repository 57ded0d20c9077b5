import { expect, test } from 'vitest';
import { askedConnection, CENTRAL, connectionsPlace } from '../../../src/renderer/parts/connectionsPlace.ts';

test.each([
  { id: 'pgsql_lmp', whatFor: 'test' },
  { id: CENTRAL, whatFor: 'at' },
  { id: 'a&b=c d', whatFor: 'at' },
] as const)('$whatFor $id is found again in the address', (asked) => {
  const place = connectionsPlace(asked);
  expect(place.startsWith('/connections?')).toBe(true);
  expect(askedConnection(place.split('?')[1] ?? '')).toEqual(asked);
});

test('an address that names no database asks for nothing', () => {
  expect(askedConnection('')).toBeNull();
  expect(askedConnection('show=failed')).toBeNull();
});
