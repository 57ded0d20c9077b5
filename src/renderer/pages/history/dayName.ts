import { BatchStatus } from '../../../shared/status.ts';
import type { Translate } from '../../../shared/texts/translate.ts';
import type { DayView } from '../../../shared/window/views.ts';
import type { Format } from '../../words/format.ts';
import type { DayCell } from './dayStrip.ts';

type NamedDay = Pick<DayCell, 'view' | 'recorded'>;

/** What a day was like, in one sentence: `Sun, 22 Nov 2026: 3 batches, 1 failed`. */
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

/** What all days were like together. */
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
