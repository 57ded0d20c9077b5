import {
  dayOf,
  daysBetween,
  formatAgo,
  formatBytes,
  formatClock,
  formatCount,
  formatDate,
  formatDateTime,
  formatDay,
  formatDayName,
  formatDuration,
  formatFactor,
  formatMoment,
  formatMonth,
  formatNoTime,
  formatPercent,
  formatPlannedTime,
  formatRate,
  formatShortTime,
  formatWeekday,
} from '../../shared/format.ts';
import type { Language } from '../../shared/texts/language.ts';

/** Numbers, sizes and times for people. Times are ISO 8601; they are shown in the time zone of the branch's computer. */
export interface Format {
  /** `1,234,567` or `1.234.567`. */
  count(value: number): string;
  /** `1.5` or `1,5`; `2`. */
  factor(value: number): string;
  /** From 0 to 1. */
  percent(fraction: number): string;
  /** As the next two, on one line: no number stands apart from its unit. */
  bytes(value: number): string;
  duration(seconds: number): string;
  rate(rowsPerSecond: number): string;
  /** With seconds, for a log. */
  dateTime(at: string): string;
  /** As short as can be: only the clock where it is of today. */
  shortTime(at: string): string;
  /** Only the clock. */
  clock(at: string): string;
  /** `Monday`. */
  dayName(at: string): string;
  /** How many midnights ago a time is: 0 today, 1 yesterday. */
  daysAgo(at: string, now: Date): number;
  /** The day of a time, `2026-11-22`. */
  dayOf(at: string): string;
  /** With its weekday. */
  plannedTime(at: string, timeZone?: string): string;
  /** With its weekday, and without the year where that is this one. */
  moment(at: string): string;
  /** Only day and month: `22 Nov`. */
  date(at: string): string;
  /** `3 hours ago`. */
  ago(at: string, now: Date): string;
  /** `Sun, 22 Nov 2026`, `Sun`, `Nov`: of a day `2026-11-22`. */
  day(day: string): string;
  weekday(day: string): string;
  month(day: string): string;
  readonly timeZone: string | undefined;
}

export function createFormat(language: Language, timeZone: string | undefined): Format {
  return {
    count: (value) => formatCount(value, language),
    factor: (value) => formatFactor(value, language),
    percent: (fraction) => formatPercent(fraction, language),
    bytes: (value) => unbroken(formatBytes(value, language)),
    duration: (seconds) =>
      // Less than half a millisecond is none.
      unbroken(seconds < 0.0005 ? formatNoTime(language) : formatDuration(seconds, language)),
    rate: (rowsPerSecond) => unbroken(formatRate(rowsPerSecond, language)),
    dateTime: (at) => formatDateTime(at, language, timeZone),
    shortTime: (at) => formatShortTime(at, new Date(), language, timeZone),
    clock: (at) => formatClock(at, language, timeZone),
    dayName: (at) => formatDayName(at, language, timeZone),
    daysAgo: (at, now) => daysBetween(at, now, timeZone),
    dayOf: (at) => dayOf(at, timeZone),
    plannedTime: (at, zone = timeZone) => formatPlannedTime(at, language, zone),
    moment: (at) => formatMoment(at, new Date(), language, timeZone),
    date: (at) => formatDate(at, language, timeZone),
    ago: (at, now) => formatAgo(at, now, language),
    day: (day) => formatDay(day, language),
    weekday: (day) => formatWeekday(day, language),
    month: (day) => formatMonth(day, language),
    timeZone,
  };
}

/** `3 min 05 s` with no line's end between a number and its unit. */
function unbroken(text: string): string {
  return text.replaceAll(/ (?=\p{L})/gu, '\u00a0');
}
