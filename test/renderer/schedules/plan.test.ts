import { describe, expect, test } from 'vitest';
import {
  asKind,
  cronOf,
  freeId,
  type Plan,
  planOf,
  withoutSchedule,
  withSchedule,
} from '../../../src/renderer/pages/schedules/plan.ts';
import { cronProblem } from '../../../src/shared/cron.ts';
import type { SettingsFile } from '../../../src/shared/settings.ts';

const SIMPLE: readonly (readonly [Plan, string])[] = [
  [{ kind: 'daily', time: '08:30' }, '30 8 * * *'],
  [{ kind: 'daily', time: '00:00' }, '0 0 * * *'],
  [{ kind: 'weekly', time: '17:05', days: [1, 3, 5] }, '5 17 * * 1,3,5'],
  [{ kind: 'weekly', time: '17:05', days: [0] }, '5 17 * * 0'],
  [{ kind: 'hourly', hours: 1, minute: 15 }, '15 * * * *'],
  [{ kind: 'hourly', hours: 6, minute: 0 }, '0 */6 * * *'],
];

describe('a simple plan', () => {
  test.each(SIMPLE)('%j is %s, and is read back from it', (plan, cron) => {
    expect(cronOf(plan)).toBe(cron);
    expect(planOf(cron)).toEqual(plan);
    expect(cronProblem(cron)).toBeNull();
  });

  test('Monday to Friday is read as five days', () => {
    expect(planOf('30 8 * * 1-5')).toEqual({ kind: 'weekly', time: '08:30', days: [1, 2, 3, 4, 5] });
  });

  test('no day and all days are every day', () => {
    expect(cronOf({ kind: 'weekly', time: '08:30', days: [] })).toBe('30 8 * * *');
    expect(cronOf({ kind: 'weekly', time: '08:30', days: [0, 1, 2, 3, 4, 5, 6] })).toBe('30 8 * * *');
  });
});

describe('a cron expression that no simple plan can say', () => {
  const typed = [
    '30 8 1 * *',
    '*/5 * * * *',
    '30 8,17 * * *',
    '30 8 * * MON',
    '0 30 8 * * *',
    '0 */5 * * *',
    '30 8 * * 5-1',
    '61 8 * * *',
    '',
    'nonsense',
  ];

  test.each(typed)('"%s" stays as it was typed', (cron) => {
    expect(planOf(cron)).toEqual({ kind: 'cron', cron });
    expect(cronOf(planOf(cron))).toBe(cron);
  });
});

test('another kind keeps the time, and what was chosen before is typed in the last kind', () => {
  const daily: Plan = { kind: 'daily', time: '21:45' };
  expect(asKind(daily, 'weekly')).toEqual({ kind: 'weekly', time: '21:45', days: [1, 2, 3, 4, 5] });
  expect(asKind(asKind(daily, 'weekly'), 'daily')).toEqual(daily);
  expect(asKind(daily, 'cron')).toEqual({ kind: 'cron', cron: '45 21 * * *' });
  expect(cronProblem(cronOf(asKind(daily, 'hourly')))).toBeNull();
});

test('what is no time cannot be planned, and is forgotten in another kind', () => {
  const none: Plan = { kind: 'daily', time: '' };
  expect(cronProblem(cronOf(none))).not.toBeNull();
  expect(asKind(none, 'weekly')).toMatchObject({ time: '08:30' });
  expect(asKind(none, 'cron')).toEqual({ kind: 'cron', cron: '30 8 * * *' });
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
