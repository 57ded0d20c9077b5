import type { Say } from './standing.ts';

/**
 * When the next run begins, as people name days. To the minute: its seconds are this installation's share of the
 * jitter, and mean nothing to a person.
 */
export function sayNext(at: string, now: Date, { t, format }: Say): string {
  const time = format.clock(at);
  switch (format.daysAgo(at, now)) {
    case 0:
      return t('todayPage.nextToday', { time });
    case -1:
      return t('todayPage.nextTomorrow', { time });
    default:
      return t('todayPage.next', { time: format.moment(at) });
  }
}
