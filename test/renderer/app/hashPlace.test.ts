import { describe, expect, it } from 'vitest';
import { decodedName, placeOf, shielded } from '../../../src/renderer/shell/hashPlace.ts';

describe('an address behind its #', () => {
  it.each([
    ['', '/', ''],
    ['#/', '/', ''],
    ['#history', '/history', ''],
    ['#/history?status=failed&text=a%3Fb', '/history', 'status=failed&text=a%3Fb'],
    ['/tables/a%2Fb/c?show=failed', '/tables/a%2Fb/c', 'show=failed'],
    ['#/history?', '/history', ''],
  ])('%s is a path and a query', (hash, path, search) => {
    expect(placeOf(hash)).toEqual({ path, search });
  });
});

describe('a name in a path', () => {
  it.each(['a/b', 'a%2Fb', '100%', 'say "hi" \\ there', 'Straße ü', '../x', 'a?b#c', "it's", '%'])(
    '%s comes through wouter as it was',
    (name) => {
      // What wouter does to a path before it gives its parts away.
      const given = decodeURI(shielded(encodeURIComponent(name)));
      expect(decodedName(given)).toBe(name);
    },
  );

  it('that was typed by hand, and is no encoded one, stays as it is', () => {
    expect(decodedName('100%')).toBe('100%');
  });
});
