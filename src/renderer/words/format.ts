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
  formatWholeMonth,
} from '../../shared/format.ts';
import type { Language } from '../../shared/texts/language.ts';

/** Formats numbers, sizes and times for people. Times are ISO 8601 and are shown in the computer's time zone. */
export interface Format {
  /** `1,234,567` or `1.234.567`. */
  count(value: number): string;
  /** `1.5` or `1,5`; `2`. */
  factor(value: number): string;
  /** From 0 to 1. */
  percent(fraction: number): string;
  /** Sizes and durations never break between a number and its unit. */
  bytes(value: number): string;
  duration(seconds: number): string;
  rate(rowsPerSecond: number): string;
  /** With seconds, for logs. */
  dateTime(at: string): string;
  /** As short as possible: only the time of day if it is today. */
  shortTime(at: string): string;
  /** Time of day only. */
  clock(at: string): string;
  /** `Monday`. */
  dayName(at: string): string;
  /** Number of midnights since a time: 0 today, 1 yesterday. */
  daysAgo(at: string, now: Date): number;
  /** The day of a time, `2026-11-22`. */
  dayOf(at: string): string;
  /** With the weekday. */
  plannedTime(at: string, timeZone?: string): string;
  /** With the weekday; without the year if it is the current one. */
  moment(at: string): string;
  /** Day and month only: `22 Nov`. */
  date(at: string): string;
  /** `3 hours ago`. */
  ago(at: string, now: Date): string;
  /** Formats a day `2026-11-22`: `Sun, 22 Nov 2026`, `Sun`, `Nov`. */
  day(day: string): string;
  weekday(day: string): string;
  month(day: string): string;
  /** Formats a month `2026-11`: `November 2026`. */
  wholeMonth(month: string): string;
  readonly timeZone: string | undefined;
}

export function createFormat(language: Language, timeZone: string | undefined): Format {
  return {
    count: (value) => formatCount(value, language),
    factor: (value) => formatFactor(value, language),
    percent: (fraction) => formatPercent(fraction, language),
    bytes: (value) => unbroken(formatBytes(value, language)),
    duration: (seconds) =>
      // Less than half a millisecond is shown as zero.
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
    wholeMonth: (month) => formatWholeMonth(month, language),
    timeZone,
  };
}

/** `3 min 05 s` with non-breaking spaces between numbers and units. */
function unbroken(text: string): string {
  return text.replaceAll(/ (?=\p{L})/gu, '\u00a0');
}
