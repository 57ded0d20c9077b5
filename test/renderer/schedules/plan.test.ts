import { describe, expect, test } from 'vitest';
import {
  asKind,
  freeId,
  type Plan,
  plannedTimes,
  planOf,
  proposedTime,
  startOf,
  withoutSchedule,
  withSchedule,
} from '../../../src/renderer/pages/schedules/plan.ts';
import { layOutWeek, weekFrom } from '../../../src/renderer/pages/schedules/weekGrid.ts';
import { cronsOf, WEEKDAYS } from '../../../src/shared/schedulePlan.ts';
import type { SettingsFile } from '../../../src/shared/settings.ts';

describe('a plan is written as the settings have it, and read back', () => {
  test.each<[Plan, object]>([
    [{ kind: 'times', times: ['08:30', '17:00'], days: WEEKDAYS }, { times: ['08:30', '17:00'] }],
    [
      { kind: 'times', times: ['08:30'], days: ['mon', 'fri'] },
      { times: ['08:30'], days: ['mon', 'fri'] },
    ],
    [{ kind: 'hours', every: 2, minute: 15, days: WEEKDAYS }, { cron: '15 */2 * * *' }],
    [{ kind: 'hours', every: 1, minute: 0, days: ['sun'] }, { cron: '0 * * * 0' }],
    [{ kind: 'cron', cron: '0 8 L * *' }, { cron: '0 8 L * *' }],
  ])('%j', (plan, written) => {
    expect(JSON.parse(JSON.stringify(plannedTimes(plan)))).toEqual(written);
    expect(planOf(plannedTimes(plan))).toEqual(plan);
  });

  test('a cron expression of an earlier version is shown as times, and written as times when it is saved', () => {
    const plan = planOf({ cron: '30 8 * * 1-5' });
    expect(plan).toMatchObject({ kind: 'times', times: ['08:30'] });
    expect(plannedTimes(plan)).toMatchObject({ cron: undefined, times: ['08:30'] });
    expect(cronsOf(plannedTimes(plan))).toEqual(['30 8 * * 1-5']);
  });

  test('a time that is being typed is left out', () => {
    expect(plannedTimes({ kind: 'times', times: ['17:00', '', '08:30'], days: WEEKDAYS }).times).toEqual([
      '08:30',
      '17:00',
    ]);
  });
});

test('another kind keeps the days, and what was chosen before is typed in the last kind', () => {
  const plan: Plan = { kind: 'times', times: ['21:45'], days: ['sat', 'sun'] };
  expect(asKind(plan, 'hours')).toMatchObject({ days: ['sat', 'sun'] });
  expect(asKind(asKind(plan, 'hours'), 'times')).toMatchObject({ times: ['08:30'], days: ['sat', 'sun'] });
  expect(asKind(plan, 'cron')).toEqual({ kind: 'cron', cron: '45 21 * * 0,6' });
});

test('a new time is one that is not there yet', () => {
  expect(proposedTime(['08:30'])).toBe('17:00');
  expect(proposedTime(['17:00', '08:30'])).toBe('12:00');
});

test('a time starts later by the delay, and across midnight', () => {
  expect(startOf('08:30', 227)).toBe('08:33');
  expect(startOf('23:59', 60)).toBe('00:00');
});

describe('the week', () => {
  const zone = 'Asia/Jakarta';
  const at = (from: string, to = from, schedule = 'daily') => ({ schedule, from, to, starts: 1 });

  test('each start is on its day at its place on the clock', () => {
    const days = weekFrom(new Date('2026-12-01T18:00:00Z'), zone);
    expect(days).toEqual(expect.arrayContaining(['2026-12-02', '2026-12-08']));
    const week = layOutWeek([at('2026-12-01T23:00:00Z'), at('2026-12-03T05:00:00Z')], days, zone);
    expect(week.map(({ starts }) => starts.map(({ left }) => left))).toEqual([
      [0.25],
      [0.5],
      [],
      [],
      [],
      [],
      [],
    ]);
  });

  test('starts that would cover each other are below each other; a stretch across midnight is on both days', () => {
    const days = ['2026-12-02', '2026-12-03'];
    const week = layOutWeek(
      [
        at('2026-12-02T01:30:00Z'),
        at('2026-12-02T01:40:00Z', undefined, 'stock'),
        at('2026-12-02T16:30:00Z', '2026-12-02T17:30:00Z'),
      ],
      days,
      zone,
    );
    expect(week[0]?.starts.map(({ lane, labelled }) => [lane, labelled])).toEqual([
      // The time of the rarer schedule is written.
      [0, false],
      [1, true],
      [0, true],
    ]);
    expect(week[1]?.starts).toMatchObject([{ left: 0 }]);
    expect(week[1]?.starts[0]?.width).toBeCloseTo(0.5 / 24);
  });
});

describe('the settings with a schedule changed', () => {
  const morning = { id: 'morning', cron: '30 8 * * *' };
  const night = { id: 'night', cron: '0 23 * * *', enabled: false };
  const settings: SettingsFile = {
    central: { host: 'hq', database: 'd', user: 'u' },
    connections: [],
    schedules: [morning, night],
  };

  test('one that is there is replaced in its place, also under another name', () => {
    const renamed = { ...morning, id: 'early' };
    expect(withSchedule(settings, 'morning', renamed).schedules).toEqual([renamed, night]);
  });

  test('a new one comes last, and everything else stays as it is', () => {
    const { schedules: _, ...rest } = settings;
    expect(withSchedule(rest, null, morning)).toEqual({ ...rest, schedules: [morning] });
  });

  test('one is removed', () => {
    expect(withoutSchedule(settings, 'morning').schedules).toEqual([night]);
  });

  test('a new one has a name that is not taken', () => {
    expect(freeId(settings, 'schedule')).toBe('schedule1');
    const one = withSchedule(settings, null, { id: 'schedule1', cron: '0 1 * * *' });
    expect(freeId(one, 'schedule')).toBe('schedule2');
    expect(freeId(one, 'jadwal')).toBe('jadwal1');
    expect(freeId(null, 'jadwal')).toBe('jadwal1');
  });
});
