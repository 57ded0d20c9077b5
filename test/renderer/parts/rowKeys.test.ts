import { describe, expect, it } from 'vitest';
import { rowAfterKey } from '../../../src/renderer/parts/rowKeys.ts';

describe('a key in a list of 100 rows, ten to a screen', () => {
  it.each([
    ['ArrowDown', 4, 5],
    ['ArrowUp', 4, 3],
    ['ArrowUp', 0, 0],
    ['ArrowDown', 99, 99],
    ['PageDown', 4, 14],
    ['PageDown', 95, 99],
    ['PageUp', 4, 0],
    ['Home', 50, 0],
    ['End', 50, 99],
  ])('%s at %i goes to %i', (key, at, to) => {
    expect(rowAfterKey(key, at, 100, 10)).toBe(to);
  });

  it('that is not one of lists is left alone', () => {
    expect(rowAfterKey('Enter', 4, 100, 10)).toBeNull();
  });
});
