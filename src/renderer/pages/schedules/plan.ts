import type { CronField } from '../../../shared/cron.ts';
import type { SettingsFile } from '../../../shared/settings.ts';

/** A plan as people choose it; `cron` covers everything else. */
export type Plan =
  /** @property time `HH:MM`; empty while the typed text is not a time */
  | { readonly kind: 'daily'; readonly time: string }
  | { readonly kind: 'weekly'; readonly time: string; readonly days: readonly number[] }
  /** Every `hours` hours, at this minute. */
  | { readonly kind: 'hourly'; readonly hours: number; readonly minute: number }
  | { readonly kind: 'cron'; readonly cron: string };

export type PlanKind = Plan['kind'];

const FIRST_TIME = '08:30';

/** Divisors of 24, so that the interval is also right across midnight. */
export const HOURS = [1, 2, 3, 4, 6, 8, 12] as const;

/** The cron expression of a plan. A time is `HH:MM`; a day is 0 (Sunday) to 6. */
export function cronOf(plan: Plan): string {
  switch (plan.kind) {
    case 'daily':
      return `${fieldsOf(plan.time)} * * *`;
    case 'weekly':
      return `${fieldsOf(plan.time)} * * ${daysField(plan.days)}`;
    case 'hourly':
      return `${plan.minute} ${plan.hours === 1 ? '*' : `*/${plan.hours}`} * * *`;
    case 'cron':
      return plan.cron;
  }
}

/** The plan for a cron expression, if it is one of the simple ones. */
export function planOf(cron: string): Plan {
  const fields = cron.trim().split(/\s+/);
  const [minute = '', hour = '', day, month, weekday = ''] = fields;
  if (fields.length !== 5 || day !== '*' || month !== '*' || !isIn(minute, 59)) return { kind: 'cron', cron };
  if (isIn(hour, 23)) {
    const time = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`;
    if (weekday === '*') return { kind: 'daily', time };
    const days = daysOf(weekday);
    return days === null ? { kind: 'cron', cron } : { kind: 'weekly', time, days };
  }
  const hours = hour === '*' ? 1 : Number(/^\*\/(\d+)$/.exec(hour)?.[1]);
  const known = HOURS.some((one) => one === hours);
  return weekday === '*' && known
    ? { kind: 'hourly', hours, minute: Number(minute) }
    : { kind: 'cron', cron };
}

/** Converts a plan to another kind, keeping what both kinds have in common. */
export function asKind(plan: Plan, kind: PlanKind): Plan {
  const time = ('time' in plan && plan.time) || FIRST_TIME;
  switch (kind) {
    case 'daily':
      return { kind, time };
    case 'weekly':
      return { kind, time, days: [1, 2, 3, 4, 5] };
    case 'hourly':
      return { kind, hours: 2, minute: 0 };
    case 'cron':
      return { kind, cron: cronOf('time' in plan ? { ...plan, time } : plan) };
  }
}

function fieldsOf(time: string): string {
  const [hour, minute] = time.split(':');
  return `${Number(minute)} ${Number(hour)}`;
}

function daysField(days: readonly number[]): string {
  return days.length === 0 || days.length === 7 ? '*' : [...days].sort((a, b) => a - b).join(',');
}

/** Parses `1-5` and `1,3,5`; null for names, steps and day 7, which stay as typed. */
function daysOf(field: string): readonly number[] | null {
  const range = /^([0-6])-([0-6])$/.exec(field);
  if (range !== null) {
    const [from, to] = [Number(range[1]), Number(range[2])];
    return from <= to ? Array.from({ length: to - from + 1 }, (_, index) => from + index) : null;
  }
  return /^[0-6](,[0-6])*$/.test(field) ? field.split(',').map(Number) : null;
}

function isIn(text: string, most: number): boolean {
  return /^\d{1,2}$/.test(text) && Number(text) <= most;
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
