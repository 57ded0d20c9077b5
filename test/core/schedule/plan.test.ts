import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  jitterSeconds,
  nextRun,
  nextRuns,
  plannedStretches,
  previousRun,
} from '../../../src/core/schedule/nextRuns.ts';

/** Planned instants between two moments, in UTC to the second; read forwards, and again backwards. */
function planned(cron: string, timezone: string, from: string, to: string): string[] {
  const plan = { cron, timezone };
  const forwards: Date[] = [];
  for (let at = nextRun(plan, new Date(from)); at !== null && at <= new Date(to); at = nextRun(plan, at))
    forwards.push(at);
  const backwards: Date[] = [];
  for (let at = previousRun(plan, new Date(to)); at !== null && at > new Date(from); ) {
    backwards.unshift(at);
    at = previousRun(plan, new Date(at.getTime() - 1));
  }
  expect(backwards).toEqual(forwards);
  return forwards.map((at) => at.toISOString().replace(':00.000Z', 'Z'));
}

describe('clocks that go forward', () => {
  test('a 02:30 that does not exist runs once, as the clocks change (New York)', () => {
    expect(planned('30 2 * * *', 'America/New_York', '2026-03-07T05:00Z', '2026-03-10T04:00Z')).toEqual([
      '2026-03-07T07:30Z',
      '2026-03-08T07:00Z',
      '2026-03-09T06:30Z',
    ]);
  });

  test('a 02:30 that does not exist runs once, as the clocks change (Berlin)', () => {
    expect(planned('30 2 * * *', 'Europe/Berlin', '2026-03-28T00:00Z', '2026-03-30T22:00Z')).toEqual([
      '2026-03-28T01:30Z',
      '2026-03-29T01:00Z',
      '2026-03-30T00:30Z',
    ]);
  });

  test('several times of the skipped hour are one run', () => {
    expect(planned('15,45 2,3 * * *', 'Europe/Berlin', '2026-03-29T00:00Z', '2026-03-29T22:00Z')).toEqual([
      '2026-03-29T01:00Z',
      '2026-03-29T01:15Z',
      '2026-03-29T01:45Z',
    ]);
  });

  test('a plan for every quarter of an hour goes on at its pace', () => {
    expect(planned('*/15 * * * *', 'Europe/Berlin', '2026-03-29T00:30Z', '2026-03-29T01:30Z')).toEqual([
      '2026-03-29T00:45Z',
      '2026-03-29T01:00Z',
      '2026-03-29T01:15Z',
      '2026-03-29T01:30Z',
    ]);
  });

  test('half an hour (Lord Howe), midnight (São Paulo) and a whole day (Samoa) that are skipped run once', () => {
    expect(planned('15 2 * * *', 'Australia/Lord_Howe', '2026-10-03T00:00Z', '2026-10-04T20:00Z')).toEqual([
      '2026-10-03T15:30Z',
      '2026-10-04T15:15Z',
    ]);
    expect(planned('30 0 * * *', 'America/Sao_Paulo', '2018-11-03T12:00Z', '2018-11-05T12:00Z')).toEqual([
      '2018-11-04T03:00Z',
      '2018-11-05T02:30Z',
    ]);
    expect(planned('30 8 * * *', 'Pacific/Apia', '2011-12-29T00:00Z', '2012-01-01T00:00Z')).toEqual([
      '2011-12-29T18:30Z',
      '2011-12-30T10:00Z',
      '2011-12-30T18:30Z',
      '2011-12-31T18:30Z',
    ]);
  });
});

describe('clocks that go back', () => {
  test('a 01:30 that comes twice runs the first time (New York)', () => {
    expect(planned('30 1 * * *', 'America/New_York', '2026-10-31T12:00Z', '2026-11-02T12:00Z')).toEqual([
      '2026-11-01T05:30Z',
      '2026-11-02T06:30Z',
    ]);
  });

  test('a 02:30 that comes twice runs the first time (Berlin)', () => {
    expect(planned('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00Z', '2026-10-26T12:00Z')).toEqual([
      '2026-10-25T00:30Z',
      '2026-10-26T01:30Z',
    ]);
  });

  test('asked in the second pass of the hour, the first is the previous one and tomorrow the next', () => {
    const plan = { cron: '45 2 * * *', timezone: 'Europe/Berlin' };
    const second = new Date('2026-10-25T01:20Z');
    expect(previousRun(plan, second)).toEqual(new Date('2026-10-25T00:45Z'));
    expect(nextRun(plan, second)).toEqual(new Date('2026-10-26T01:45Z'));
  });

  test('a plan for every half hour goes on at its pace, through both passes', () => {
    expect(planned('*/30 * * * *', 'Europe/Berlin', '2026-10-24T23:45Z', '2026-10-25T02:15Z')).toEqual([
      '2026-10-25T00:00Z',
      '2026-10-25T00:30Z',
      '2026-10-25T01:00Z',
      '2026-10-25T01:30Z',
      '2026-10-25T02:00Z',
    ]);
  });
});

describe('dates', () => {
  const next = (cron: string, count: number) =>
    nextRuns({ cron, timezone: 'Asia/Jakarta' }, new Date('2026-01-01T00:00Z'), count).map((at) =>
      new Date(at.getTime() + 7 * 3_600_000).toISOString().slice(0, 19),
    );

  test('29 February comes in leap years', () => {
    expect(next('0 8 29 2 *', 2)).toEqual(['2028-02-29T08:00:00', '2032-02-29T08:00:00']);
  });

  test('the 31st comes in months that have one', () => {
    expect(next('0 8 31 * *', 3).map((at) => at.slice(5, 10))).toEqual(['01-31', '03-31', '05-31']);
  });

  test('L is the last day of a month, 5L its last Friday, 1#1 its first Monday', () => {
    expect(next('0 8 L * *', 3).map((at) => at.slice(5, 10))).toEqual(['01-31', '02-28', '03-31']);
    expect(next('0 8 * * 5L', 2).map((at) => at.slice(5, 10))).toEqual(['01-30', '02-27']);
    expect(next('0 8 * * 1#1', 2).map((at) => at.slice(5, 10))).toEqual(['01-05', '02-02']);
  });

  test('a sixth field in front is the second', () => {
    expect(next('15 30 8 * * *', 1)).toEqual(['2026-01-01T08:30:15']);
  });
});

test('a daily time comes exactly once on each day of any year, in zones with and without daylight saving', () => {
  const zones = ['America/New_York', 'Europe/Berlin', 'Asia/Jakarta', 'Australia/Lord_Howe', 'Africa/Cairo'];
  const daily = fc.record({
    hour: fc.integer({ min: 0, max: 23 }),
    minute: fc.integer({ min: 0, max: 59 }),
    zone: fc.constantFrom(...zones),
    year: fc.integer({ min: 2024, max: 2030 }),
  });
  fc.assert(
    fc.property(daily, ({ hour, minute, zone, year }) => {
      const plan = { cron: `${minute} ${hour} * * *`, timezone: zone };
      const day = new Intl.DateTimeFormat('sv', { timeZone: zone, dateStyle: 'short' });
      const days = nextRuns(plan, new Date(Date.UTC(year, 0, 1, 14)), 366).map((at) => day.format(at));
      expect(new Set(days).size).toBe(366);
      expect(Date.parse(days[365] ?? '') - Date.parse(days[0] ?? '')).toBe(365 * 86_400_000);
    }),
    { numRuns: 30 },
  );
});

test('forwards and backwards are the same plan, from any moment', () => {
  const crons = ['30 2 * * *', '*/20 1-3 * * *', '0 * * * 0', '10 0,2,3 * 3,10,11 *', '*/30 * * * *'];
  const moment = fc.record({
    cron: fc.constantFrom(...crons),
    timezone: fc.constantFrom('America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe'),
    // Around the changes of 2026, where it is hard, and anywhere.
    at: fc.oneof(
      fc
        .constantFrom('2026-03-08T07:00Z', '2026-03-29T01:00Z', '2026-10-25T01:00Z', '2026-11-01T06:00Z')
        .chain((change) =>
          fc.integer({ min: -7_200_000, max: 7_200_000 }).map((ms) => Date.parse(change) + ms),
        ),
      fc.integer({ min: Date.UTC(2025, 0), max: Date.UTC(2027, 0) }),
    ),
  });
  fc.assert(
    fc.property(moment, ({ at, ...plan }) => {
      const next = nextRun(plan, new Date(at));
      const previous = previousRun(plan, new Date(at));
      expect(previous?.getTime()).toBeLessThanOrEqual(at);
      expect(next?.getTime()).toBeGreaterThan(at);
      expect(nextRun(plan, previous ?? new Date(0))).toEqual(next);
      expect(previousRun(plan, new Date((next?.getTime() ?? 0) - 1))).toEqual(previous);
    }),
    { numRuns: 500 },
  );
});

test('jitter is the same after every start, another for each installation, and spread evenly', () => {
  expect(jitterSeconds('a', 'morning', 300)).toBe(jitterSeconds('a', 'morning', 300));
  expect(jitterSeconds('a', 'morning', 0)).toBe(0);
  const branches = Array.from({ length: 1000 }, (_, index) =>
    jitterSeconds(`branch ${index}`, 'morning', 299),
  );
  expect(Math.min(...branches)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...branches)).toBeLessThanOrEqual(299);
  const perMinute = [0, 1, 2, 3, 4].map(
    (minute) => branches.filter((s) => Math.floor(s / 60) === minute).length,
  );
  for (const count of perMinute) expect(count).toBeGreaterThan(150);
});

describe('a schedule with several times', () => {
  const plan = {
    times: ['08:30', '17:00'],
    days: ['mon', 'tue', 'wed', 'thu', 'fri'],
    timezone: 'Asia/Jakarta',
  } as const;

  test('runs at each of them', () => {
    // A Friday.
    const runs = nextRuns(plan, new Date('2026-12-04T01:30:00Z'), 4).map((at) => at.toISOString());
    expect(runs).toEqual([
      '2026-12-04T10:00:00.000Z',
      '2026-12-07T01:30:00.000Z',
      '2026-12-07T10:00:00.000Z',
      '2026-12-08T01:30:00.000Z',
    ]);
    expect(previousRun(plan, new Date('2026-12-07T01:29:00Z'))?.toISOString()).toBe(
      '2026-12-04T10:00:00.000Z',
    );
  });

  test('its starts of a week have the delay of this installation', () => {
    const week = { from: new Date('2026-12-04T00:00:00Z'), to: new Date('2026-12-08T00:00:00Z') };
    expect(plannedStretches(plan, { ...week, late: 180 }).map(({ from }) => from)).toEqual([
      '2026-12-04T01:33:00.000Z',
      '2026-12-04T10:03:00.000Z',
      '2026-12-07T01:33:00.000Z',
      '2026-12-07T10:03:00.000Z',
    ]);
  });
});

test('starts that follow each other within minutes are one stretch', () => {
  const plan = { cron: '*/5 8-9 * * *', timezone: 'UTC' };
  const day = { from: new Date('2026-12-04T00:00:00Z'), to: new Date('2026-12-05T00:00:00Z'), late: 0 };
  expect(plannedStretches(plan, day)).toEqual([
    { from: '2026-12-04T08:00:00.000Z', to: '2026-12-04T09:55:00.000Z', starts: 24 },
  ]);
});
