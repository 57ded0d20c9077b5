import { cronWords } from './cron.ts';
import type { Language } from './texts/language.ts';

/** Monday first, as calendars in Indonesia and Britain have it. */
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** When a schedule is due: either `cron`, or `times` with or without `days`. */
export interface PlannedTimes {
  readonly cron?: string | null | undefined;
  /** Times of day, `HH:MM`. */
  readonly times?: readonly string[] | null | undefined;
  /** Absent means every day. */
  readonly days?: readonly Weekday[] | undefined;
}

/** A plan in the form in which people choose it. */
export type SimplePlan =
  /** @property times `HH:MM`, sorted */
  | { readonly kind: 'times'; readonly times: readonly string[]; readonly days: readonly Weekday[] }
  /** Every `every` hours, at this minute. */
  | {
      readonly kind: 'hours';
      readonly every: number;
      readonly minute: number;
      readonly days: readonly Weekday[];
    };

/** Divisors of 24, so that the interval is also right across midnight. */
export const EVERY_HOURS = [1, 2, 3, 4, 6, 8, 12] as const;

/** A list of more times than this is easier to read as a cron expression. */
const MOST_TIMES = 12;

/**
 * The cron expressions whose times together are the plan's. Times with the same minute share one, so that a plan has the
 * same expressions whichever way it was written.
 */
export function cronsOf({ cron, times, days }: PlannedTimes): readonly string[] {
  if (typeof cron === 'string') return [cron];
  const byMinute = Map.groupBy(sorted(times), (time) => Number(time.slice(3)));
  return [...byMinute].map(
    ([minute, same]) =>
      `${minute} ${same.map((time) => Number(time.slice(0, 2))).join(',')} * * ${daysField(days)}`,
  );
}

/** The cron expression of "every few hours". */
export function hourlyCron({ every, minute, days }: Extract<SimplePlan, { kind: 'hours' }>): string {
  return `${minute} ${every === 1 ? '*' : `*/${every}`} * * ${daysField(days)}`;
}

function daysField(days: readonly Weekday[] = WEEKDAYS): string {
  const numbers = WEEKDAYS.flatMap((day, index) => (days.includes(day) ? [(index + 1) % 7] : []));
  if (numbers.length === 0 || numbers.length === WEEKDAYS.length) return '*';
  numbers.sort((a, b) => a - b);
  const [first = 0] = numbers;
  const last = numbers.at(-1) ?? first;
  return numbers.length > 2 && last - first === numbers.length - 1 ? `${first}-${last}` : numbers.join(',');
}

/** The plan in its simple form; null if only a cron expression can say it. */
export function simplePlan(plan: PlannedTimes): SimplePlan | null {
  const { cron, times, days = WEEKDAYS } = plan;
  if (typeof cron !== 'string') return { kind: 'times', times: sorted(times), days: inOrder(days) };
  const fields = cron.trim().split(/\s+/);
  // Six fields have the second first.
  const [minute = '', hour = '', day, month, weekday = ''] =
    fields.length === 6 && fields[0] === '0' ? fields.slice(1) : fields;
  if (fields.length < 5 || fields.length > 6 || (fields.length === 6 && fields[0] !== '0')) return null;
  if (!isAny(day) || !isAny(month)) return null;
  const on = weekdaysOf(weekday);
  if (on === null) return null;
  const every = hour === '*' ? 1 : Number(/^\*\/(\d+)$/.exec(hour)?.[1]);
  if (EVERY_HOURS.some((one) => one === every) && isNumber(minute, 59))
    return { kind: 'hours', every, minute: Number(minute), days: on };
  const at = timesOf(valuesOf(hour, 23), valuesOf(minute, 59));
  return at === null ? null : { kind: 'times', times: at, days: on };
}

function timesOf(hours: readonly number[] | null, minutes: readonly number[] | null): string[] | null {
  if (hours === null || minutes === null || hours.length * minutes.length > MOST_TIMES) return null;
  const two = (value: number): string => String(value).padStart(2, '0');
  return hours.flatMap((hour) => minutes.map((minute) => `${two(hour)}:${two(minute)}`)).sort();
}

function sorted(times: PlannedTimes['times']): readonly string[] {
  return [...new Set(times)].sort();
}

function isAny(field: string | undefined): boolean {
  return field === '*' || field === '?';
}

function weekdaysOf(field: string): readonly Weekday[] | null {
  if (isAny(field)) return WEEKDAYS;
  const named = field.replace(/[a-z]+/gi, (name) => {
    const number = WEEKDAYS.map(String).indexOf(name.toLowerCase()) + 1;
    return number === 0 ? name : String(number);
  });
  // 0 and 7 are both Sunday.
  const numbers = valuesOf(named, 7)?.map((number) => (number + 6) % 7);
  return numbers === undefined ? null : WEEKDAYS.filter((_, index) => numbers.includes(index));
}

/** The numbers of a field of numbers, ranges and steps; null if it has anything else. */
function valuesOf(field: string, most: number): readonly number[] | null {
  const found = new Set<number>();
  for (const part of field.split(',')) {
    const [, from, to, step] = /^(?:(\d{1,2})(?:-(\d{1,2}))?|\*(?=\/))(?:\/(\d{1,2}))?$/.exec(part) ?? [];
    if (part === '' || (from === undefined && step === undefined)) return null;
    const first = Number(from ?? 0);
    // "5/10" goes on to the end, "5" is one value.
    const last = to === undefined ? (step === undefined ? first : most) : Number(to);
    if (first > last || last > most || step === '0') return null;
    for (let value = first; value <= last; value += Number(step ?? 1)) found.add(value);
  }
  return found.size === 0 ? null : [...found].sort((a, b) => a - b);
}

function isNumber(text: string, most: number): boolean {
  return /^\d{1,2}$/.test(text) && Number(text) <= most;
}

function inOrder(days: readonly Weekday[]): readonly Weekday[] {
  return days.length === 0 ? WEEKDAYS : WEEKDAYS.filter((day) => days.includes(day));
}

const SEPARATORS: Readonly<Record<Language, string>> = { en: ':', id: '.' };

/** A plan in words: `At 08:30 and 17:00, Monday through Friday`, `Pada pukul 08.30 dan 17.00, Senin sampai Jumat`. */
export function planWords(plan: PlannedTimes, language: Language): string {
  const crons = cronsOf(plan);
  const [first = ''] = crons;
  if (crons.length === 1) return cronWords(first, language);
  const simple = simplePlan(plan);
  if (simple?.kind !== 'times') return crons.map((cron) => cronWords(cron, language)).join('; ');
  const [time = '', ...others] = simple.times.map((one) => one.replace(':', SEPARATORS[language]));
  const words = cronWords(cronsOf({ ...simple, times: simple.times.slice(0, 1) }).join(''), language);
  return words.replace(time, listed([time, ...others], language));
}

/** `08:30, 12:00 and 17:00`, with no comma before the last one, as cronstrue writes lists of times. */
function listed(times: readonly string[], language: Language): string {
  const and = language === 'id' ? ' dan ' : ' and ';
  return [times.slice(0, -1).join(', '), times.at(-1)].join(and);
}

/** A plan in a few characters for lists and messages: the times, or the cron expression. */
export function planNote(plan: PlannedTimes): string {
  return plan.cron ?? sorted(plan.times).join(', ');
}
