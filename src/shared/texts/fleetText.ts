import type { FleetBranch } from '../fleet.ts';
import { formatCount, formatDateTime, formatDuration } from '../format.ts';
import type { Translate } from './translate.ts';

/**
 * Why a branch has its state, in the person's language.
 *
 * @param when puts a moment into words; by default with the seconds
 */
export function reasonText(
  branch: FleetBranch,
  t: Translate,
  when = (at: string): string => formatDateTime(at, t.language),
): string {
  const time = (at: string | null): string => (at === null ? '–' : when(at));
  const { reason_code: code, failed_names: names } = branch;
  switch (code) {
    case 'nothing_copied':
      return t('fleet.reason.nothing_copied', { error: branch.batch_error ?? '–' });
    case 'tables_failed': {
      const count = branch.failed_tables ?? 0;
      const tables = formatCount(branch.tables ?? 0, t.language);
      const reason = t('fleet.reason.tables_failed', { count, tables });
      return names === null ? reason : t('fleet.names', { reason, names });
    }
    case 'no_success':
    case 'up_to_date':
      return t(`fleet.reason.${code}`, { upTo: time(branch.up_to) });
    case 'overdue':
      return t('fleet.reason.overdue', { nextRun: time(branch.next_run) });
    case 'tables_differ':
      return t('fleet.reason.tables_differ', { count: branch.differing_tables ?? 0 });
    case 'clock_wrong': {
      const seconds = Math.abs(branch.clock_skew_seconds ?? 0);
      return t('fleet.reason.clock_wrong', { duration: formatDuration(seconds, t.language) });
    }
    default:
      return t(`fleet.reason.${code}`);
  }
}

/** `Lampung (pgsql_lmp)`; the id alone where it has no label. */
export function branchName({ label, connection }: FleetBranch): string {
  return label === connection ? connection : `${label} (${connection})`;
}
