import { describe, expect, it } from 'vitest';
import {
  historyAddress,
  isEverything,
  longestOf,
  pagesOf,
  readFilter,
  withPart,
} from '../../../src/renderer/pages/history/batchQuery.ts';

describe('the filter in the address', () => {
  it('comes back as it was written, whatever is in it', () => {
    const filter = {
      status: 'failed',
      trigger: 'schedule',
      connection: 'pgsql_lmp & co/50%',
      text: 'c_invoice? #1 + "2" é',
      day: '2026-11-22',
    } as const;
    const address = historyAddress(filter);
    expect(address).toMatch(/^\/history\?/);
    expect(readFilter(address.slice('/history?'.length))).toEqual(filter);
  });

  it('is nothing where nothing is chosen', () => {
    expect(historyAddress({})).toBe('/history');
    expect(isEverything(readFilter(''))).toBe(true);
  });

  it.each(['status=wrong', 'trigger=', 'day=2026-02-31', 'day=today', 'text=', 'other=1'])(
    'leaves out what it cannot mean: %s',
    (search) => {
      expect(readFilter(search)).toEqual({});
    },
  );

  it('bounds what the program would refuse', () => {
    expect(readFilter(`text=${'x'.repeat(300)}`).text).toHaveLength(200);
  });
});

describe('a part of a filter', () => {
  it('is set, changed and taken out without touching the others', () => {
    const one = withPart({}, 'status', 'failed');
    const two = withPart(one, 'day', '2026-11-22');
    expect(two).toEqual({ status: 'failed', day: '2026-11-22' });
    expect(withPart(two, 'status', undefined)).toEqual({ day: '2026-11-22' });
    expect(withPart({ text: 'a' }, 'text', '')).toEqual({});
  });
});

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
