import type { SettingsFile } from '../../../shared/settings.ts';

/** When to sync, as set-up asks it. Everything else is chosen in the page Schedules. */
export type SimplePlan =
  /** @property time local, `08:30` */
  | { readonly kind: 'daily'; readonly time: string }
  | { readonly kind: 'hours'; readonly every: number }
  | { readonly kind: 'never' };

/** Numbers of hours that divide a day, so that the times are the same every day. */
export const EVERY_HOURS = [1, 2, 3, 4, 6, 8, 12] as const;

/** The schedule that set-up writes, so that a second look changes it instead of adding one. */
export const SIMPLE_ID = 'main';

export const FIRST_PLAN: SimplePlan = { kind: 'daily', time: '08:30' };

/** The cron expression of a plan; null where nothing is planned, or the time is none yet. */
export function cronOf(plan: SimplePlan): string | null {
  switch (plan.kind) {
    case 'daily': {
      const [, hour, minute] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(plan.time) ?? [];
      return hour === undefined ? null : `${Number(minute)} ${Number(hour)} * * *`;
    }
    case 'hours':
      return plan.every === 1 ? '0 * * * *' : `0 */${plan.every} * * *`;
    case 'never':
      return null;
  }
}

/** The plan of a cron expression; null where it is none that set-up can show. */
export function planOf(cron: string): SimplePlan | null {
  const [, minute, hour] = /^(\d{1,2}) (\d{1,2}) \* \* \*$/.exec(cron) ?? [];
  if (minute !== undefined && hour !== undefined)
    return { kind: 'daily', time: `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}` };
  const [, every] = /^0 \*(?:\/(\d{1,2}))? \* \* \*$/.exec(cron) ?? [];
  const hours = every === undefined ? Number(cron === '0 * * * *') : Number(every);
  return EVERY_HOURS.some((one) => one === hours) ? { kind: 'hours', every: hours } : null;
}

/** What set-up wrote before; what it proposes where it wrote nothing. */
export function writtenPlan(document: SettingsFile | null): SimplePlan {
  const own = document?.schedules?.find(({ id }) => id === SIMPLE_ID);
  return (own === undefined ? null : planOf(own.cron)) ?? FIRST_PLAN;
}

/** Writes the plan, in place of what set-up wrote before; other schedules stay. */
export function withPlan(document: SettingsFile, plan: SimplePlan, timezone: string): SettingsFile {
  const cron = cronOf(plan);
  const before = document.schedules ?? [];
  const others = before.filter(({ id }) => id !== SIMPLE_ID);
  if (cron === null) return others.length === before.length ? document : { ...document, schedules: others };
  const known = before.some(({ id }) => id === SIMPLE_ID);
  return {
    ...document,
    schedules: known
      ? before.map((one) => (one.id === SIMPLE_ID ? { ...one, cron, timezone } : one))
      : [...before, { id: SIMPLE_ID, cron, timezone }],
  };
}
