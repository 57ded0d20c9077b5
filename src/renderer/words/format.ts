import {
  formatBytes,
  formatCount,
  formatDateTime,
  formatDuration,
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
  /** From 0 to 1. */
  percent(fraction: number): string;
  bytes(value: number): string;
  duration(seconds: number): string;
  rate(rowsPerSecond: number): string;
  /** With seconds, for a log. */
  dateTime(at: string): string;
  /** As short as can be: only the clock where it is of today. */
  shortTime(at: string): string;
  /** With its weekday. */
  plannedTime(at: string, timeZone?: string): string;
  /** The short name of a weekday, Sunday being 0: `Mon`, `Sen`. */
  weekday(day: number): string;
  readonly timeZone: string | undefined;
}

export function createFormat(language: Language, timeZone: string | undefined): Format {
  return {
    count: (value) => formatCount(value, language),
    percent: (fraction) => formatPercent(fraction, language),
    bytes: (value) => formatBytes(value, language),
    duration: (seconds) => formatDuration(seconds, language),
    rate: (rowsPerSecond) => formatRate(rowsPerSecond, language),
    dateTime: (at) => formatDateTime(at, language, timeZone),
    shortTime: (at) => formatShortTime(at, new Date(), language, timeZone),
    plannedTime: (at, zone = timeZone) => formatPlannedTime(at, language, zone),
    weekday: (day) => formatWeekday(day, language),
    timeZone,
  };
}
