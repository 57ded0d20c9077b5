import type { Language } from './texts/language.ts';

/** See format.ts. */
const LOCALES: Readonly<Record<Language, string>> = { en: 'en-GB', id: 'id-ID' };

const DAY: Intl.DateTimeFormatOptions = {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
};

/** Making one costs far more than using it, and a calendar uses a hundred at a time. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${JSON.stringify(options)}`;
  let format = formats.get(key);
  if (format === undefined) {
    format = new Intl.DateTimeFormat(LOCALES[language], options);
    formats.set(key, format);
  }
  return format;
}

/** A day of the calendar is the same everywhere: it is written as if it were in UTC. */
function write(day: string, language: Language, options: Intl.DateTimeFormatOptions): string {
  return formatOf(language, { ...options, timeZone: 'UTC' }).format(new Date(`${day}T00:00:00Z`));
}

/**
 * `Sun, 22 Nov 2026`.
 *
 * @param day `2026-11-22`
 */
export function formatDay(day: string, language: Language): string {
  return write(day, language, DAY);
}

/** `Nov`. */
export function formatMonth(day: string, language: Language): string {
  return write(day, language, { month: 'short' });
}

/** `Sun`. */
export function formatWeekday(day: string, language: Language): string {
  return write(day, language, { weekday: 'short' });
}

/**
 * `Sun 22 Nov, 08:41`; with the year where it is another than that of now.
 *
 * @param at ISO 8601
 * @param timeZone IANA name; the computer's own where absent
 */
export function formatMoment(at: string, now: Date, language: Language, timeZone?: string): string {
  const zone = timeZone === undefined ? {} : { timeZone };
  const year = formatOf(language, { year: 'numeric', ...zone });
  const { year: _year, ...day } = DAY;
  return formatOf(language, {
    ...(year.format(new Date(at)) === year.format(now) ? day : DAY),
    hour: '2-digit',
    minute: '2-digit',
    ...zone,
  }).format(new Date(at));
}

/**
 * Only the date: `22 Nov`, for where there is little room.
 *
 * @param at ISO 8601
 * @param timeZone IANA name; the computer's own where absent
 */
export function formatDate(at: string, language: Language, timeZone?: string): string {
  const zone = timeZone === undefined ? {} : { timeZone };
  return formatOf(language, { day: 'numeric', month: 'short', ...zone }).format(new Date(at));
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAYS = 24 * HOUR;

/**
 * How long ago: `now`, `12 minutes ago`, `3 hours ago`, `5 days ago`. Hours up to two days: "yesterday" may be an hour
 * or 47 hours ago. What is not over yet (clocks differ) reads as now. Words are whole: the short Indonesian ones for
 * hours and days look alike.
 *
 * @param at ISO 8601
 */
export function formatAgo(at: string, now: Date, language: Language): string {
  const seconds = Math.max(0, (now.getTime() - Date.parse(at)) / 1000);
  if (seconds < MINUTE) return relative(language, 'auto').format(0, 'second');
  const always = relative(language, 'always');
  if (seconds < HOUR) return always.format(-Math.floor(seconds / MINUTE), 'minute');
  if (seconds < 2 * DAYS) return always.format(-Math.floor(seconds / HOUR), 'hour');
  if (seconds < 90 * DAYS) return always.format(-Math.floor(seconds / DAYS), 'day');
  return always.format(-Math.floor(seconds / (30 * DAYS)), 'month');
}

const relatives = new Map<string, Intl.RelativeTimeFormat>();

function relative(language: Language, numeric: 'auto' | 'always'): Intl.RelativeTimeFormat {
  const key = `${language} ${numeric}`;
  let format = relatives.get(key);
  if (format === undefined) {
    format = new Intl.RelativeTimeFormat(LOCALES[language], { numeric });
    relatives.set(key, format);
  }
  return format;
}
