import { describe, expect, it } from 'vitest';
import { longestOf, pagesOf } from '../../../src/renderer/pages/history/batchPages.ts';

describe('the pages of the rows near the screen', () => {
  it.each([
    [0, 30, 10_000, [0]],
    [90, 120, 10_000, [0, 1]],
    [99, 100, 10_000, [0, 1]],
    [9_950, 9_999, 10_000, [99]],
    [9_950, 12_000, 9_960, [99]],
    [0, 30, 0, []],
    [500, 530, 100, []],
  ])('from %i to %i of %i are %j', (first, last, total, pages) => {
    expect(pagesOf(first, last, total)).toEqual(pages);
  });
});

describe('the longest duration on the screen', () => {
  it('leaves out what is not known yet', () => {
    expect(longestOf([3, undefined, null, 12.5])).toBe(12.5);
  });

  it('is never nothing, for others are divided by it', () => {
    expect(longestOf([null, undefined])).toBeGreaterThan(0);
  });
});
