import { describe, expect, it } from 'vitest';
import {
  formatAgo,
  formatBytes,
  formatCount,
  formatDate,
  formatDateTime,
  formatDay,
  formatDuration,
  formatFactor,
  formatMoment,
  formatMonth,
  formatPercent,
  formatRate,
  formatWeekday,
} from '../../src/shared/format.ts';

describe('in English', () => {
  it('writes counts and rates with commas', () => {
    expect(formatCount(1_234_567, 'en')).toBe('1,234,567');
    expect(formatRate(12_345.6, 'en')).toBe('12,346 rows/s');
  });

  it('writes dates day first and 24 hours', () => {
    expect(formatDateTime('2025-11-08T01:41:05Z', 'en', 'Asia/Jakarta')).toBe('8 Nov 2025, 08:41:05');
  });
});

describe('in Indonesian', () => {
  it('writes counts with dots and decimals with a comma', () => {
    expect(formatCount(1_234_567, 'id')).toBe('1.234.567');
    expect(formatBytes(1_234_567, 'id')).toBe('1,2 MB');
  });

  it('writes the time with dots', () => {
    expect(formatDateTime('2025-11-08T01:41:05Z', 'id', 'Asia/Jakarta')).toBe('8 Nov 2025, 08.41.05');
  });
});

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [999_949, '999.9 kB'],
  [999_950, '1.0 MB'],
  [45_600_000, '45.6 MB'],
  [5e15, '5,000.0 TB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes, 'en')).toBe(text);
});

it.each([
  [-1, '0 ms'],
  [0.043, '43 ms'],
  [0.0996, '0.1 s'],
  [0.44, '0.4 s'],
  [9.96, '10 s'],
  [59.6, '1 min 00 s'],
  [185, '3 min 05 s'],
  [3599.7, '1 h 00 min'],
  [3720, '1 h 02 min'],
  [86_400 * 2 + 3 * 3600, '2 d 03 h'],
])('%d seconds are %s', (seconds, text) => {
  expect(formatDuration(seconds, 'en')).toBe(text);
});

it('only what is completely done is 100 %', () => {
  expect(formatPercent(0.999, 'en')).toBe('99%');
  expect(formatPercent(1, 'en')).toBe('100%');
  expect(formatPercent(1.2, 'en')).toBe('100%');
});

it('a factor has the language’s decimal mark, and decimals only if needed', () => {
  expect(formatFactor(1.5, 'en')).toBe('1.5');
  expect(formatFactor(1.5, 'id')).toBe('1,5');
  expect(formatFactor(12, 'id')).toBe('12');
});

describe('a day of the calendar', () => {
  it('is written as people do, in both languages', () => {
    expect(formatDay('2026-11-22', 'en')).toBe('Sun, 22 Nov 2026');
    expect(formatDay('2026-08-17', 'id')).toBe('Sen, 17 Agu 2026');
    expect(formatMonth('2026-08-17', 'id')).toBe('Agu');
    expect(formatWeekday('2026-08-17', 'en')).toBe('Mon');
  });
});

describe('the date of a moment', () => {
  it('is the date at that place', () => {
    expect(formatDate('2026-11-22T17:30:00Z', 'en', 'Asia/Jakarta')).toBe('23 Nov');
    expect(formatDate('2026-08-17T01:00:00Z', 'id', 'Asia/Jakarta')).toBe('17 Agu');
  });
});

describe('a moment', () => {
  const now = new Date('2026-11-22T12:00:00Z');

  it('has its weekday and time, and its year if it is another one', () => {
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
