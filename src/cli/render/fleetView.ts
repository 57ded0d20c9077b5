import type { FleetBranch } from '../../shared/fleet.ts';
import { formatCount, formatDateTime, formatDuration } from '../../shared/format.ts';
import type { Translate } from '../../shared/texts/translate.ts';
import { renderColumns } from './columns.ts';
import { type Look, severityMark } from './marks.ts';

/** Why a branch has its state, in the person's language. */
export function reasonText(branch: FleetBranch, t: Translate): string {
  const time = (at: string | null): string => (at === null ? '–' : formatDateTime(at, t.language));
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

/** A line for each branch, the worst first. */
export function renderFleet(branches: readonly FleetBranch[], look: Look): string[] {
  const { t } = look;
  const time = (at: string | null): string => (at === null ? '–' : formatDateTime(at, t.language));
  const rows = branches.map((branch) => {
    const reason = reasonText(branch, t);
    const isHidden = branch.late && branch.state !== 'late';
    return [
      severityMark(branch.severity, t(`fleet.state.${branch.state}`), look),
      { text: branchName(branch) },
      { text: time(branch.since) },
      { text: time(branch.up_to) },
      { text: branch.version ?? '–' },
      { text: isHidden ? t('fleet.alsoLate', { reason }) : reason },
    ];
  });
  const columns = [
    { title: t('fleet.column.state') },
    { title: t('fleet.column.branch'), shrinks: true },
    { title: t('fleet.column.since') },
    { title: t('fleet.column.upTo') },
    { title: t('fleet.column.version') },
    { title: t('fleet.column.reason') },
  ] as const;
  // Not cut: why a branch needs somebody is what people look for.
  return renderColumns(columns, rows, { ...look, width: Number.POSITIVE_INFINITY });
}

/** How many branches are fine, and how many are not. */
export function fleetTotals(branches: readonly FleetBranch[], t: Translate): string {
  const of = (severity: number): string =>
    formatCount(branches.filter((one) => one.severity === severity).length, t.language);
  const count = branches.length;
  return t('fleet.total', { count, fine: of(0), warning: of(1), critical: of(2), unknown: of(3) });
}
