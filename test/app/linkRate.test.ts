import { expect, test } from 'vitest';
import { LinkRate } from '../../src/app/live/linkRate.ts';

test('what was sent is shown per second of each whole step', () => {
  const rate = new LinkRate('sync_1', 1000, 0);
  expect(rate.look(3000, 2000)).toEqual({ sentBytes: 3000, perSecond: [], stepSeconds: 5 });
  expect(rate.look(6000, 5000).perSecond).toEqual([1000]);
  expect(rate.look(6000, 10_000).perSecond).toEqual([1000, 0]);
});

test('what was sent while nobody looked is spread over that time, and only the last minutes are kept', () => {
  const rate = new LinkRate('sync_1', 0, 0);
  expect(rate.look(20_000, 20_000).perSecond).toEqual([1000, 1000, 1000, 1000]);
  const later = rate.look(20_000, 3_600_000).perSecond;
  expect(later).toHaveLength(36);
  expect(new Set(later)).toEqual(new Set([0]));
});

test('a count that went back is no negative rate', () => {
  const rate = new LinkRate('sync_1', 5000, 0);
  expect(rate.look(4000, 5000).perSecond).toEqual([0]);
});
