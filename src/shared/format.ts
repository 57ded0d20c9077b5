import type { Language } from './texts/language.ts';

/** British English: day before month and a 24-hour clock, as in Indonesia. */
const LOCALES: Readonly<Record<Language, string>> = { en: 'en-GB', id: 'id-ID' };

const UNITS = {
  en: { day: 'd', hour: 'h', minute: 'min', second: 's', rows: 'rows/s' },
  id: { day: 'hr', hour: 'j', minute: 'mnt', second: 'dtk', rows: 'baris/dtk' },
} as const satisfies Record<Language, unknown>;

/**
 * Cached, because creating an Intl formatter is far slower than using one, and a live display needs hundreds
 * of texts per second.
 */
const numberFormats = new Map<string, Intl.NumberFormat>();
const timeFormats = new Map<string, Intl.DateTimeFormat>();

function number(value: number, language: Language, decimals: number): string {
  const key = `${language}/${decimals}`;
  let format = numberFormats.get(key);
  if (format === undefined) {
    format = new Intl.NumberFormat(LOCALES[language], {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
    });
    numberFormats.set(key, format);
  }
  return format.format(value);
}

function formatTime(time: Date, language: Language, options: Intl.DateTimeFormatOptions): string {
  // The key includes the zone's offset, because a formatter keeps the computer's time zone from when it was
  // created.
  const key = JSON.stringify([language, options, time.getTimezoneOffset()]);
  let format = timeFormats.get(key);
  if (format === undefined) {
    format = new Intl.DateTimeFormat(LOCALES[language], options);
    timeFormats.set(key, format);
  }
  return format.format(time);
}

/** `1,234,567`, or `1.234.567` in Indonesian. */
export function formatCount(count: number, language: Language): string {
  return number(count, language, 0);
}

/** A factor: `1.5`, or `1,5` in Indonesian; `2`. */
export function formatFactor(factor: number, language: Language): string {
  return number(factor, language, Number.isInteger(factor) ? 0 : 1);
}

/** `42%`. Rounded down, so that 100 % means everything is done. */
export function formatPercent(fraction: number, language: Language): string {
  return `${number(Math.floor(Math.min(1, Math.max(0, fraction)) * 100), language, 0)}%`;
}

/** Decimal units: `512 B`, `1.5 kB`, `12.3 MB`. */
export function formatBytes(bytes: number, language: Language): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  // 999.95 would be printed as 1,000.0.
  while (value >= (unit === 0 ? 1000 : 999.95) && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${number(value, language, unit === 0 ? 0 : 1)} ${units[unit]}`;
}

/** `43 ms`, `0.4 s`, `12 s`, `3 min 05 s`, `1 h 02 min`, `2 d 03 h`. */
export function formatDuration(seconds: number, language: Language): string {
  const unit = UNITS[language];
  if (seconds < 0.0995) return `${Math.max(0, Math.round(seconds * 1000))} ms`;
  if (seconds < 9.95) return `${number(seconds, language, 1)} ${unit.second}`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} ${unit.second}`;
  if (whole < 3600) return pair(Math.floor(whole / 60), unit.minute, whole % 60, unit.second);
  const minutes = Math.floor(whole / 60);
  if (minutes < 1440) return pair(Math.floor(minutes / 60), unit.hour, minutes % 60, unit.minute);
  const hours = Math.floor(minutes / 60);
  return pair(Math.floor(hours / 24), unit.day, hours % 24, unit.hour);
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return `${large} ${largeUnit} ${String(small).padStart(2, '0')} ${smallUnit}`;
}

/** `0 s`, for durations too short to matter. */
export function formatNoTime(language: Language): string {
  return `0 ${UNITS[language].second}`;
}

/** `12,345 rows/s`. */
export function formatRate(rowsPerSecond: number, language: Language): string {
  return `${formatCount(Math.round(rowsPerSecond), language)} ${UNITS[language].rows}`;
}

/**
 * `8 Nov 2025, 08:41:05`, or `8 Nov 2025, 08.41.05` in Indonesian.
 *
 * @param at ISO 8601 time or a Date
 * @param timeZone IANA name; default: the computer's own
 */
export function formatDateTime(at: string | Date, language: Language, timeZone?: string): string {
  return formatTime(new Date(at), language, {
    dateStyle: 'medium',
    timeStyle: 'medium',
    ...(timeZone === undefined ? {} : { timeZone }),
  });
}

/**
 * As short as possible: `08:41` today, `8 Nov, 08:41` on other days of this year, otherwise with the year.
 *
 * @param at ISO 8601 time or a Date
 * @param timeZone IANA name; default: the computer's own
 */
export function formatShortTime(at: string | Date, now: Date, language: Language, timeZone?: string): string {
  const zone = timeZone === undefined ? {} : { timeZone };
  const dayOf = (time: Date): string =>
    formatTime(time, 'en', { year: 'numeric', month: '2-digit', day: '2-digit', ...zone });
  const [day, today] = [dayOf(new Date(at)), dayOf(now)];
  return formatTime(new Date(at), language, {
    hour: '2-digit',
    minute: '2-digit',
    ...(day === today ? {} : { day: 'numeric', month: 'short' }),
    ...(day.slice(-4) === today.slice(-4) ? {} : { year: 'numeric' }),
    ...zone,
  });
}

/** Time of day only: `08:41`, or `08.41` in Indonesian. */
export function formatClock(at: string | Date, language: Language, timeZone?: string): string {
  return formatTime(new Date(at), language, {
    hour: '2-digit',
    minute: '2-digit',
    ...(timeZone === undefined ? {} : { timeZone }),
  });
}

/** `Monday`, or `Senin`. */
export function formatDayName(at: string | Date, language: Language, timeZone?: string): string {
  return formatTime(new Date(at), language, {
    weekday: 'long',
    ...(timeZone === undefined ? {} : { timeZone }),
  });
}

/**
 * The day of a time in ISO form, `2025-11-08`, which is how Swedish writes dates.
 *
 * @param timeZone IANA name; default: the computer's own
 */
export function dayOf(at: string | Date, timeZone?: string): string {
  const zone = timeZone === undefined ? {} : { timeZone };
  return new Intl.DateTimeFormat('sv', { dateStyle: 'short', ...zone }).format(new Date(at));
}

/**
 * The number of midnights between two times: 0 on the same day, 1 from yesterday.
 *
 * @param timeZone IANA name; default: the computer's own
 */
export function daysBetween(from: string | Date, to: Date, timeZone?: string): number {
  // Both days parsed as midnight UTC, so they are whole days apart.
  const day = (time: string | Date): number => Date.parse(dayOf(time, timeZone));
  return Math.round((day(to) - day(from)) / 86_400_000);
}

/**
 * A planned time: `Mon, 9 Nov 2026, 08:30`; with seconds if it has some.
 *
 * @param timeZone IANA name; default: the computer's own
 */
export function formatPlannedTime(at: string | Date, language: Language, timeZone?: string): string {
  const time = new Date(at);
  return formatTime(time, language, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    ...(time.getUTCSeconds() === 0 ? {} : { second: '2-digit' }),
    ...(timeZone === undefined ? {} : { timeZone }),
  });
}

const DAY: Intl.DateTimeFormatOptions = {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
};

/** Formatted in UTC, because a calendar day is the same everywhere. */
function writeDay(day: string, language: Language, options: Intl.DateTimeFormatOptions): string {
  return formatTime(new Date(`${day}T00:00:00Z`), language, { ...options, timeZone: 'UTC' });
}

/**
 * `Sun, 22 Nov 2026`.
 *
 * @param day `2026-11-22`
 */
export function formatDay(day: string, language: Language): string {
  return writeDay(day, language, DAY);
}

/** `Nov`. */
export function formatMonth(day: string, language: Language): string {
  return writeDay(day, language, { month: 'short' });
}

/** Formats a month `2026-11`: `November 2026`. */
export function formatWholeMonth(month: string, language: Language): string {
  return writeDay(`${month}-01`, language, { month: 'long', year: 'numeric' });
}

/** `Sun`. */
export function formatWeekday(day: string, language: Language): string {
  return writeDay(day, language, { weekday: 'short' });
}

/**
 * `Sun 22 Nov, 08:41`; with the year if it is not the current one.
 *
 * @param at ISO 8601
 * @param timeZone IANA name; default: the computer's own
 */
export function formatMoment(at: string, now: Date, language: Language, timeZone?: string): string {
  const zone = timeZone === undefined ? {} : { timeZone };
  const time = new Date(at);
  const year = (one: Date): string => formatTime(one, language, { year: 'numeric', ...zone });
  const { year: _year, ...day } = DAY;
  return formatTime(time, language, {
    ...(year(time) === year(now) ? day : DAY),
    hour: '2-digit',
    minute: '2-digit',
    ...zone,
  });
}

/**
 * Only the date, where there is little room: `22 Nov`.
 *
 * @param at ISO 8601
 * @param timeZone IANA name; default: the computer's own
 */
export function formatDate(at: string, language: Language, timeZone?: string): string {
  const zone = timeZone === undefined ? {} : { timeZone };
  return formatTime(new Date(at), language, { day: 'numeric', month: 'short', ...zone });
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAYS = 24 * HOUR;

/**
 * How long ago: `now`, `12 minutes ago`, `3 hours ago`, `5 days ago`. Hours are used up to two days, because
 * "yesterday" could be 1 or 47 hours ago. A future time (clocks differ) reads as now. Units are written out,
 * because the short Indonesian ones for hours and days look alike.
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

const relativeFormats = new Map<string, Intl.RelativeTimeFormat>();

function relative(language: Language, numeric: 'auto' | 'always'): Intl.RelativeTimeFormat {
  const key = `${language} ${numeric}`;
  let format = relativeFormats.get(key);
  if (format === undefined) {
    format = new Intl.RelativeTimeFormat(LOCALES[language], { numeric });
    relativeFormats.set(key, format);
  }
  return format;
}
