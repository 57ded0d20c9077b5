import { describe, expect, it } from 'vitest';
import {
  historyAddress,
  isEverything,
  readFilter,
  withPart,
} from '../../../src/renderer/pages/history/filter.ts';

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
