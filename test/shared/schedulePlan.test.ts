import { describe, expect, test } from 'vitest';
import { cronProblem } from '../../src/shared/cron.ts';
import {
  cronsOf,
  hourlyCron,
  type PlannedTimes,
  planWords,
  simplePlan,
  WEEKDAYS,
  type Weekday,
} from '../../src/shared/schedulePlan.ts';

const WORKDAYS: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri'];

describe('the cron expressions of a list of times', () => {
  test.each<[PlannedTimes, string[]]>([
    [{ times: ['08:30', '17:00'] }, ['30 8 * * *', '0 17 * * *']],
    [{ times: ['17:30', '08:30'] }, ['30 8,17 * * *']],
    [{ times: ['08:30'], days: WORKDAYS }, ['30 8 * * 1-5']],
    [{ times: ['00:05'], days: ['sun'] }, ['5 0 * * 0']],
    [{ times: ['08:30'], days: ['mon', 'wed', 'sun'] }, ['30 8 * * 0,1,3']],
    [{ times: ['08:30', '08:30'], days: [...WEEKDAYS] }, ['30 8 * * *']],
    [{ cron: '0 8 L * *' }, ['0 8 L * *']],
  ])('%j are %j', (plan, crons) => {
    expect(cronsOf(plan)).toEqual(crons);
    for (const cron of crons) expect(cronProblem(cron)).toBeNull();
  });
});

describe('a cron expression that the simple form can say', () => {
  test.each<[string, string[], readonly Weekday[]]>([
    ['30 8 * * *', ['08:30'], WEEKDAYS],
    ['30 8,17 * * *', ['08:30', '17:30'], WEEKDAYS],
    ['0,30 8 * * 1-5', ['08:00', '08:30'], WORKDAYS],
    ['0 8-17/3 * * *', ['08:00', '11:00', '14:00', '17:00'], WEEKDAYS],
    ['0 30 8 * * *', ['08:30'], WEEKDAYS],
    ['30 8 ? * MON-FRI', ['08:30'], WORKDAYS],
    ['30 8 * * 7', ['08:30'], ['sun']],
    ['30 8 * * 0,6', ['08:30'], ['sat', 'sun']],
    ['0 8/8 * * *', ['08:00', '16:00'], WEEKDAYS],
  ])('%s is shown as times', (cron, times, days) => {
    const simple = simplePlan({ cron });
    expect(simple).toEqual({ kind: 'times', times, days });
  });

  test.each([
    ['15 * * * *', { every: 1, minute: 15, days: WEEKDAYS }],
    ['0 */6 * * *', { every: 6, minute: 0, days: WEEKDAYS }],
    ['15 */2 * * 1-6', { every: 2, minute: 15, days: WEEKDAYS.slice(0, 6) }],
  ])('%s is shown as every few hours, and is written the same', (cron, plan) => {
    const simple = simplePlan({ cron });
    expect(simple).toEqual({ kind: 'hours', ...plan });
    expect(hourlyCron({ kind: 'hours', ...plan })).toBe(cron);
  });
});

test.each([
  '30 8 1 * *',
  '0 8 * 1 *',
  '*/5 * * * *',
  '0 8 * * 5L',
  '0 8 * * 1#1',
  '15 30 8 * * *',
  '0 */5 * * *x',
  '30 8 * * 5-1',
  '61 8 * * *',
  '0-59 8 * * *',
  '30 8 * *',
  '',
  'nonsense',
])('"%s" stays a cron expression', (cron) => {
  expect(simplePlan({ cron })).toBeNull();
});

test.each<[PlannedTimes, string, string]>([
  [{ times: ['08:30'] }, 'At 08:30, every day', 'Pada pukul 08.30, setiap hari'],
  [{ times: ['17:00', '08:30'] }, 'At 08:30 and 17:00, every day', 'Pada pukul 08.30 dan 17.00, setiap hari'],
  [
    { times: ['08:30', '12:00', '17:00'], days: WORKDAYS },
    'At 08:30, 12:00 and 17:00, Monday through Friday',
    'Pada pukul 08.30, 12.00 dan 17.00, Senin sampai Jumat',
  ],
  [
    { cron: '0 8 L * *' },
    'At 08:00, on the last day of the month',
    'Pada pukul 08.00, pada hari terakhir setiap bulan',
  ],
])('%j in words', (plan, english, indonesian) => {
  expect(planWords(plan, 'en')).toBe(english);
  expect(planWords(plan, 'id')).toBe(indonesian);
});
