import type { FleetDay } from '../../../shared/fleet.ts';
import type { Translate } from '../../../shared/texts/translate.ts';
import type { Format } from '../../words/format.ts';

export type DayLook = 'completed' | 'interrupted' | 'failed' | 'none';

/** The worst of a day's batches. */
export function lookOf(day: FleetDay | undefined): DayLook {
  if (day === undefined) return 'none';
  const [, , failed, interrupted] = day;
  if (failed > 0) return 'failed';
  return interrupted > 0 ? 'interrupted' : 'completed';
}

/** What a branch did on a day, in words. */
export function sayDay(
  day: FleetDay | undefined,
  t: Translate,
  format: Pick<Format, 'count' | 'bytes'>,
): string {
  if (day === undefined) return t('boardPage.dayNone');
  const [, count, failed, interrupted, rows, bytes] = day;
  const size = format.bytes(Math.max(0, bytes));
  const ran = t('boardPage.dayRan', { count, rows: format.count(Math.max(0, rows)), size });
  if (failed > 0) return t('boardPage.dayFailed', { ran, failed: format.count(failed) });
  if (interrupted > 0) return t('boardPage.dayInterrupted', { ran, interrupted: format.count(interrupted) });
  return ran;
}
