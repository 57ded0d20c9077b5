import { BatchStatus } from '../../../shared/status.ts';
import type { Translate } from '../../../shared/texts/translate.ts';
import type { DayView } from '../../../window-api/views.ts';
import type { Format } from '../../words/format.ts';

/** A day and its position: weeks are columns, from Monday down to Sunday. */
export interface DayCell {
  readonly view: DayView;
  /** From 0. */
  readonly week: number;
  /** From 0, Monday. */
  readonly weekday: number;
  /** Whether the history still covers this day. */
  readonly recorded: boolean;
}

export interface DayStripLayout {
  readonly cells: readonly DayCell[];
  readonly weeks: number;
  /** Position of each month's name: above the first week with enough room. */
  readonly months: readonly { readonly week: number; readonly day: string }[];
}

const WEEK = 7;
/** Columns that a month's name needs. */
const ROOM = 2;

/**
 * The first day for which the history is complete. Older batches may have been pruned, except for the last
 * success of a table, which is always kept.
 *
 * @param days the last days in order, ending today
 * @param oldest day of the oldest batch that is kept; null if there is none
 * @param kept days that batches are kept; null if unknown
 */
export function recordedFrom(days: readonly DayView[], oldest: string | null, kept: number | null): string {
  const limit = kept === null ? '' : (days.at(-1 - kept)?.day ?? '');
  return oldest === null || oldest < limit ? limit : oldest;
}

/**
 * @param days in order, without gaps
 * @param recorded the first day for which the history is complete
 */
export function layOutDays(days: readonly DayView[], recorded = ''): DayStripLayout {
  const first = days[0];
  const before = first === undefined ? 0 : weekdayOf(first.day);
  const cells = days.map((view, index) => ({
    view,
    week: Math.floor((index + before) / WEEK),
    weekday: (index + before) % WEEK,
    recorded: view.worst !== null || view.day >= recorded,
  }));
  const weeks = (cells.at(-1)?.week ?? -1) + 1;
  return { cells, weeks, months: placeMonths(cells, weeks) };
}

/** Monday is 0. */
function weekdayOf(day: string): number {
  return (new Date(`${day}T00:00:00Z`).getUTCDay() + WEEK - 1) % WEEK;
}

function placeMonths(cells: readonly DayCell[], weeks: number): DayStripLayout['months'] {
  const begun = cells.filter(({ view }, index) => index === 0 || view.day.endsWith('-01'));
  return begun
    .filter(({ week }, index) => {
      const next = begun[index + 1];
      return (next === undefined || next.week - week >= ROOM) && weeks - week >= ROOM;
    })
    .map(({ week, view }) => ({ week, day: view.day }));
}

/**
 * The day that a key leads to: up and down by days, left and right by weeks.
 *
 * @returns null if the key does not move
 */
export function dayAfterKey(key: string, at: number, count: number): number | null {
  const steps: Readonly<Record<string, number>> = {
    ArrowUp: -1,
    ArrowDown: 1,
    ArrowLeft: -WEEK,
    ArrowRight: WEEK,
  };
  if (key === 'Home') return 0;
  if (key === 'End') return count - 1;
  const step = steps[key];
  if (step === undefined) return null;
  const next = at + step;
  return next >= 0 && next < count ? next : at;
}

type NamedDay = Pick<DayCell, 'view' | 'recorded'>;

/** A day in one sentence: `Sun, 22 Nov 2026: 3 batches, 1 failed`. */
export function dayName({ view, recorded }: NamedDay, t: Translate, format: Format): string {
  const day = format.day(view.day);
  if (!recorded) return t('historyPage.day.unknown', { day });
  if (view.worst === null) return t('historyPage.day.none', { day });
  const batches = t('historyPage.batches', { count: view.batches, number: format.count(view.batches) });
  return t('historyPage.day.some', { day, batches, state: stateOf(view, t, format) });
}

function stateOf(view: DayView, t: Translate, format: Format): string {
  if (view.worst === BatchStatus.Failed)
    return t('historyPage.day.failed', { number: format.count(Math.max(1, view.failed)) });
  if (view.worst === BatchStatus.Interrupted) return t('historyPage.day.interrupted');
  if (view.worst === BatchStatus.Running) return t('historyPage.day.running');
  return t('historyPage.day.completed');
}

/** All days in one sentence. */
export function daysSummary(
  days: readonly DayView[],
  t: Translate,
  format: Format,
): { readonly batches: string; readonly failed: string } {
  const total = days.reduce((sum, one) => sum + one.batches, 0);
  const bad = days.filter(({ worst }) => worst === BatchStatus.Failed || worst === BatchStatus.Interrupted);
  return {
    batches: t('historyPage.strip.total', {
      count: total,
      number: format.count(total),
      days: format.count(days.length),
    }),
    failed:
      bad.length === 0
        ? t('historyPage.strip.allWell')
        : t('historyPage.strip.badDays', { count: bad.length }),
  };
}
