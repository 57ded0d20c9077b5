import { expect, test } from 'vitest';
import { lastDays, localDay } from '../../src/app/historyViews.ts';

const HOUR_MS = 3_600_000;

function hoursOf({ from, to }: { readonly from: string; readonly to: string }): number {
  return (Date.parse(to) - Date.parse(from)) / HOUR_MS;
}

test('a day in Jakarta is 24 hours long and begins at 17:00 in UTC', () => {
  expect(localDay('2026-11-22', 'Asia/Jakarta')).toEqual({
    day: '2026-11-22',
    from: '2026-11-21T17:00:00.000Z',
    to: '2026-11-22T17:00:00.000Z',
  });
});

test('a day on which the clocks change has 23 or 25 hours', () => {
  expect(hoursOf(localDay('2026-03-29', 'Europe/Berlin'))).toBe(23);
  expect(hoursOf(localDay('2026-10-25', 'Europe/Berlin'))).toBe(25);
  expect(hoursOf(localDay('2026-04-05', 'Australia/Lord_Howe'))).toBe(24.5);
});

test('where the clocks go forward at midnight, the day begins then', () => {
  expect(localDay('2026-03-29', 'Asia/Beirut').from).toBe('2026-03-28T22:00:00.000Z');
  expect(hoursOf(localDay('2026-03-29', 'Asia/Beirut'))).toBe(23);
});

test('the last days follow each other without a gap, across a change of the clocks', () => {
  // 00:30 on the 31st in Berlin, still the 30th in UTC.
  const days = lastDays(new Date('2026-03-30T22:30:00.000Z'), 4, 'Europe/Berlin');
  expect(days.map((one) => one.day)).toEqual(['2026-03-28', '2026-03-29', '2026-03-30', '2026-03-31']);
  for (const [index, day] of days.entries()) expect(days[index + 1]?.from ?? day.to).toBe(day.to);
});
