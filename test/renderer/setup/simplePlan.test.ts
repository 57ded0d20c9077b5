import { describe, expect, test } from 'vitest';
import {
  cronOf,
  EVERY_HOURS,
  FIRST_PLAN,
  planOf,
  SIMPLE_ID,
  type SimplePlan,
  withPlan,
  writtenPlan,
} from '../../../src/renderer/pages/setup/path.ts';
import { type SettingsFile, settingsSchema } from '../../../src/shared/settings.ts';

const document: SettingsFile = { central: { host: 'h', database: 'd', user: 'u' }, connections: [] };
const daily = (time: string): SimplePlan => ({ kind: 'daily', time });

describe('a simple plan', () => {
  test.each([
    [daily('08:30'), '30 8 * * *'],
    [daily('00:00'), '0 0 * * *'],
    [daily('23:05'), '5 23 * * *'],
    [daily(''), null],
    [daily('24:00'), null],
    [{ kind: 'hours', every: 1 } as const, '0 * * * *'],
    [{ kind: 'hours', every: 6 } as const, '0 */6 * * *'],
    [{ kind: 'never' } as const, null],
  ])('%j is the cron expression %s', (plan, cron) => {
    expect(cronOf(plan)).toBe(cron);
  });

  test('is known again from its cron expression', () => {
    for (const every of EVERY_HOURS) {
      const plan: SimplePlan = { kind: 'hours', every };
      expect(planOf(cronOf(plan) ?? '')).toEqual(plan);
    }
    expect(planOf('5 7 * * *')).toEqual(daily('07:05'));
    for (const other of ['0 */5 * * *', '30 8 * * 1', '0 */0 * * *', '0 *', '15 * * * *'])
      expect(planOf(other), other).toBeNull();
  });
});

describe('the schedule of set-up', () => {
  test('is added, changed in its place, and taken away', () => {
    const other = { id: 'evening', cron: '0 18 * * *' };
    const first = withPlan({ ...document, schedules: [other] }, daily('08:30'), 'Asia/Jakarta');
    expect(first.schedules).toEqual([other, { id: SIMPLE_ID, cron: '30 8 * * *', timezone: 'Asia/Jakarta' }]);
    expect(settingsSchema.safeParse(first).success).toBe(true);
    const own = { id: SIMPLE_ID, cron: '30 8 * * *', missed: 'skip' as const };
    const changed = withPlan(
      { ...document, schedules: [own, other] },
      { kind: 'hours', every: 4 },
      'Asia/Jayapura',
    );
    expect(changed.schedules).toEqual([{ ...own, cron: '0 */4 * * *', timezone: 'Asia/Jayapura' }, other]);
    expect(withPlan(changed, { kind: 'never' }, 'UTC').schedules).toEqual([other]);
  });

  test('stays unwritten where nothing is planned', () => {
    expect(withPlan(document, { kind: 'never' }, 'UTC')).toBe(document);
  });

  test('is shown again as it was written', () => {
    expect(writtenPlan(null)).toEqual(FIRST_PLAN);
    expect(writtenPlan(withPlan(document, daily('06:15'), 'UTC'))).toEqual(daily('06:15'));
    const typed = { ...document, schedules: [{ id: SIMPLE_ID, cron: '0 9 * * 1-5' }] };
    expect(writtenPlan(typed)).toEqual(FIRST_PLAN);
  });
});
