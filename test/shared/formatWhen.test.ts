import { describe, expect, it } from 'vitest';
import {
  formatAgo,
  formatDate,
  formatDay,
  formatMoment,
  formatMonth,
  formatWeekday,
} from '../../src/shared/formatWhen.ts';

describe('a day of the calendar', () => {
  it('is written as people do, in both languages', () => {
    expect(formatDay('2026-11-22', 'en')).toBe('Sun, 22 Nov 2026');
    expect(formatDay('2026-08-17', 'id')).toBe('Sen, 17 Agu 2026');
    expect(formatMonth('2026-08-17', 'id')).toBe('Agu');
    expect(formatWeekday('2026-08-17', 'en')).toBe('Mon');
  });
});

describe('the date of a moment', () => {
  it('is that of the place', () => {
    expect(formatDate('2026-11-22T17:30:00Z', 'en', 'Asia/Jakarta')).toBe('23 Nov');
    expect(formatDate('2026-08-17T01:00:00Z', 'id', 'Asia/Jakarta')).toBe('17 Agu');
  });
});

describe('a moment', () => {
  const now = new Date('2026-11-22T12:00:00Z');

  it('has its weekday and clock, and its year where that is another', () => {
    const zone = 'Asia/Jakarta';
    expect(formatMoment('2026-11-22T01:41:05Z', now, 'en', zone)).toBe('Sun 22 Nov, 08:41');
    expect(formatMoment('2026-11-22T01:41:05Z', now, 'id', zone)).toBe('Min, 22 Nov, 08.41');
    expect(formatMoment('2025-12-31T16:59:00Z', now, 'en', zone)).toBe('Wed, 31 Dec 2025, 23:59');
    // By the branch's clock it is another year already.
    expect(formatMoment('2025-12-31T17:00:00Z', now, 'en', zone)).toBe('Thu 1 Jan, 00:00');
  });
});

describe('how long ago', () => {
  const now = new Date('2026-11-22T12:00:00Z');

  it.each([
    ['2026-11-22T12:00:30Z', 'now', 'sekarang'],
    ['2026-11-22T11:59:01Z', 'now', 'sekarang'],
    ['2026-11-22T11:48:00Z', '12 minutes ago', '12 menit yang lalu'],
    ['2026-11-22T09:00:00Z', '3 hours ago', '3 jam yang lalu'],
    ['2026-11-20T12:00:01Z', '47 hours ago', '47 jam yang lalu'],
    ['2026-11-17T11:00:00Z', '5 days ago', '5 hari yang lalu'],
    ['2026-05-22T12:00:00Z', '6 months ago', '6 bulan yang lalu'],
  ])('%s was %s', (at, en, id) => {
    expect(formatAgo(at, now, 'en')).toBe(en);
    expect(formatAgo(at, now, 'id')).toBe(id);
  });
});
