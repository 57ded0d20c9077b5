import { BatchStatus } from '../../../shared/status.ts';
import type { Translate } from '../../../shared/texts/translate.ts';
import type { DayView } from '../../../window-api/views.ts';
import type { Format } from '../../words/format.ts';

/** The days that the calendar shows: the latest weeks, or a month `2026-11`. */
export type Span = 'latest' | string;

export interface Period {
  /** `2026-11-22` */
  readonly first: string;
  /** Included. */
  readonly last: string;
}

const WEEK = 7;
const DAY_MS = 86_400_000;
/** A month's worth: at the beginning of a month, the month alone would be nearly empty. */
const LATEST_WEEKS = 5;

/**
 * The days of a span. Future days are left out.
 *
 * @param today `2026-11-22`
 */
export function periodOf(span: Span, today: string): Period {
  if (span === 'latest')
    return { first: dayPlus(today, -weekdayOf(today) - (LATEST_WEEKS - 1) * WEEK), last: today };
  const [year = 0, month = 1] = span.split('-').map(Number);
  const last = isoDay(Date.UTC(year, month, 0));
  return { first: `${span}-01`, last: last < today ? last : today };
}

/** All spans to choose from, latest first: the months since the oldest batch. */
export function spansSince(oldest: string | null, today: string): readonly Span[] {
  const months: string[] = [];
  const first = (oldest ?? today).slice(0, 7);
  for (let month = today.slice(0, 7); month >= first; month = monthBefore(month)) months.push(month);
  return ['latest', ...months];
}

/** The span that shows a day: the latest weeks if they do. */
export function spanWith(day: string, today: string): Span {
  return day >= periodOf('latest', today).first ? 'latest' : day.slice(0, 7);
}

/** The last days up to today. */
export function lastDays(count: number, today: string): Period {
  return { first: dayPlus(today, 1 - count), last: today };
}

function monthBefore(month: string): string {
  return dayPlus(`${month}-01`, -1).slice(0, 7);
}

/** @param days negative for earlier days */
export function dayPlus(day: string, days: number): string {
  return isoDay(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS);
}

function isoDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** Monday is 0. */
export function weekdayOf(day: string): number {
  return (new Date(`${day}T00:00:00Z`).getUTCDay() + WEEK - 1) % WEEK;
}

/** A day and its position: weeks are rows, from Monday on the left. */
export interface DayCell {
  readonly view: DayView;
  /** From 0. */
  readonly week: number;
  /** From 0, Monday. */
  readonly weekday: number;
  /** Whether the history still covers this day. */
  readonly recorded: boolean;
  /** Rows written, as a part of the most rows of any day shown. */
  readonly part: number;
}

/**
 * @param days in order, without gaps
 * @param recorded the first day for which the history is complete
 */
export function layOutDays(days: readonly DayView[], recorded = ''): readonly DayCell[] {
  const before = days[0] === undefined ? 0 : weekdayOf(days[0].day);
  const most = Math.max(1, ...days.map(({ rows }) => rows));
  return days.map((view, index) => ({
    view,
    week: Math.floor((index + before) / WEEK),
    weekday: (index + before) % WEEK,
    recorded: view.worst !== null || view.day >= recorded,
    part: view.rows / most,
  }));
}

/**
 * The first day for which the history is complete. Older batches may have been pruned, except for the last
 * success of a table, which is always kept.
 *
 * @param oldest day of the oldest batch that is kept; null if there is none
 * @param kept days that batches are kept; null if unknown
 */
export function recordedFrom(today: string, oldest: string | null, kept: number | null): string {
  const limit = kept === null ? '' : dayPlus(today, -kept);
  return oldest === null || oldest < limit ? limit : oldest;
}

/**
 * The day that a key leads to: left and right by days, up and down by weeks.
 *
 * @returns null if the key does not move. The day may be outside the days shown
 */
export function dayAfterKey(key: string, day: string, { first, last }: Period): string | null {
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -WEEK,
    ArrowDown: WEEK,
  };
  if (key === 'Home') return first;
  if (key === 'End') return last;
  const step = steps[key];
  return step === undefined ? null : dayPlus(day, step);
}

type NamedDay = Pick<DayCell, 'view' | 'recorded'>;

/** A day in one sentence: `Sun, 22 Nov 2026: 3 batches, 1 failed; 5,430 rows written, 1.2 MB, 3 min 05 s`. */
export function dayName({ view, recorded }: NamedDay, t: Translate, format: Format): string {
  const day = format.day(view.day);
  if (!recorded) return t('historyPage.day.unknown', { day });
  if (view.worst === null) return t('historyPage.day.none', { day });
  const batches = t('historyPage.batches', { count: view.batches, number: format.count(view.batches) });
  return t('historyPage.day.some', {
    day,
    batches,
    state: stateOf(view, t, format),
    work: workOf(view, t, format),
  });
}

/** `5,430 rows written, 1.2 MB, 3 min 05 s`. */
export function workOf(
  { rows, bytes, seconds }: Pick<DayView, 'rows' | 'bytes' | 'seconds'>,
  t: Translate,
  format: Format,
): string {
  return [
    t('counts.written', { count: rows, number: format.count(rows) }),
    format.bytes(bytes),
    format.duration(seconds),
  ].join(', ');
}

function stateOf(view: DayView, t: Translate, format: Format): string {
  if (view.worst === BatchStatus.Failed)
    return t('historyPage.day.failed', { number: format.count(Math.max(1, view.failed)) });
  if (view.worst === BatchStatus.Interrupted) return t('historyPage.day.interrupted');
  if (view.worst === BatchStatus.Running) return t('historyPage.day.running');
  return t('historyPage.day.completed');
}

/** All days in two sentences. */
export function daysSummary(
  days: readonly DayView[],
  t: Translate,
  format: Format,
): { readonly batches: string; readonly failed: string } {
  const sum = (value: (day: DayView) => number): number => days.reduce((total, one) => total + value(one), 0);
  const total = sum(({ batches }) => batches);
  const bad = days.filter(({ worst }) => worst === BatchStatus.Failed || worst === BatchStatus.Interrupted);
  const work = workOf(
    { rows: sum((day) => day.rows), bytes: sum((day) => day.bytes), seconds: sum((day) => day.seconds) },
    t,
    format,
  );
  return {
    batches: t('historyPage.strip.total', { count: total, number: format.count(total), work }),
    failed:
      bad.length === 0
        ? t('historyPage.strip.allWell')
        : t('historyPage.strip.badDays', { count: bad.length }),
  };
}
