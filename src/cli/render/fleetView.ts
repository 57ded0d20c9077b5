import type { FleetBranch } from '../../shared/fleet.ts';
import { formatCount, formatDateTime } from '../../shared/format.ts';
import { branchName, reasonText } from '../../shared/texts/fleetText.ts';
import type { Translate } from '../../shared/texts/translate.ts';
import { renderColumns } from './columns.ts';
import { type Look, severityMark } from './marks.ts';

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
