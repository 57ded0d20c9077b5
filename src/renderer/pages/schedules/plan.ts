import type { CronField } from '../../../shared/cron.ts';
import {
  cronsOf,
  hourlyCron,
  type PlannedTimes,
  type SimplePlan,
  simplePlan,
  WEEKDAYS,
} from '../../../shared/schedulePlan.ts';
import type { SettingsFile } from '../../../shared/settings.ts';

/** A plan as people choose it; `cron` covers everything else. A time is empty while the typed text is none. */
export type Plan = SimplePlan | { readonly kind: 'cron'; readonly cron: string };

export type PlanKind = Plan['kind'];

/** The plan of a schedule: in the simple form, if that can say it. */
export function planOf(times: PlannedTimes): Plan {
  return simplePlan(times) ?? { kind: 'cron', cron: times.cron ?? '' };
}

/** A plan as the settings have it; what it does not need is undefined, so that it replaces an earlier plan. */
export function plannedTimes(plan: Plan): Pick<ScheduleFile, 'cron' | 'times' | 'days'> {
  switch (plan.kind) {
    case 'times':
      return {
        cron: undefined,
        times: [...new Set(plan.times.filter((time) => time !== ''))].sort(),
        days: plan.days.length === WEEKDAYS.length ? undefined : [...plan.days],
      };
    case 'hours':
      return { cron: hourlyCron(plan), times: undefined, days: undefined };
    case 'cron':
      return { cron: plan.cron, times: undefined, days: undefined };
  }
}

/** Times to propose, in this order. */
const PROPOSED = ['08:30', '17:00', '12:00', '21:00', '06:00'] as const;

/** A time that is not in the list yet. */
export function proposedTime(times: readonly string[]): string {
  return PROPOSED.find((time) => !times.includes(time)) ?? '';
}

/** Converts a plan to another kind, keeping what both kinds have in common. */
export function asKind(plan: Plan, kind: PlanKind): Plan {
  const days = plan.kind === 'cron' ? WEEKDAYS : plan.days;
  switch (kind) {
    case 'times':
      return plan.kind === 'times' ? plan : { kind, times: [PROPOSED[0]], days };
    case 'hours':
      return plan.kind === 'hours' ? plan : { kind, every: 2, minute: 0, days };
    case 'cron':
      return { kind, cron: cronsOf(plannedTimes(plan))[0] ?? '' };
  }
}

export type ScheduleFile = NonNullable<SettingsFile['schedules']>[number];

/** The settings with this schedule replaced, or added at the end if it is new (`null`). */
export function withSchedule(
  settings: SettingsFile,
  id: string | null,
  schedule: ScheduleFile,
): SettingsFile {
  const before = settings.schedules ?? [];
  const schedules = before.some((one) => one.id === id)
    ? before.map((one) => (one.id === id ? schedule : one))
    : [...before, schedule];
  return { ...settings, schedules };
}

export function withoutSchedule(settings: SettingsFile, id: string): SettingsFile {
  return { ...settings, schedules: (settings.schedules ?? []).filter((one) => one.id !== id) };
}

/** A free id for a new schedule: `schedule1`, `schedule2`, … with the language's word. */
export function freeId(settings: SettingsFile | null, word: string): string {
  const taken = new Set((settings?.schedules ?? []).map((one) => one.id));
  for (let number = 1; ; number++) if (!taken.has(`${word}${number}`)) return `${word}${number}`;
}

/** Valid numbers of each cron field; Sunday is both 0 and 7. */
const NUMBERS = {
  second: [0, 59],
  minute: [0, 59],
  hour: [0, 23],
  'day of month': [1, 31],
  month: [1, 12],
  'day of week': [0, 7],
} as const satisfies Readonly<Record<CronField, readonly [from: number, to: number]>>;

/** Details of the field that a problem names; null if it names none. */
export function cronField(
  name: unknown,
): { readonly name: CronField; readonly from: number; readonly to: number } | null {
  if (typeof name !== 'string' || !isField(name)) return null;
  const [from, to] = NUMBERS[name];
  return { name, from, to };
}

function isField(name: string): name is CronField {
  return Object.hasOwn(NUMBERS, name);
}

const MINUTE_MS = 60_000;

/**
 * When a planned run begins, to the minute: its seconds come from this installation's jitter and mean nothing
 * to a person.
 *
 * @param planned ISO 8601
 * @param lateSeconds this installation's share of the jitter
 */
export function beginsAt(planned: string, lateSeconds: number): string {
  const time = Date.parse(planned) + lateSeconds * 1000;
  return new Date(Math.floor(time / MINUTE_MS) * MINUTE_MS).toISOString();
}

/** The time of day at which a time of a schedule starts, `HH:MM`: see {@link beginsAt}. */
export function startOf(time: string, lateSeconds: number): string {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  const minutes = (hour * 60 + minute + Math.floor(lateSeconds / 60)) % (24 * 60);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
