import type { PruneReport } from '../../core/journal/prune.ts';
import { formatBytes, formatCount } from '../../shared/format.ts';
import type { Look } from './look.ts';

/** What a pruning has removed or would remove, and what that does to the size. */
export function renderPruned(report: PruneReport, { t }: Look): string[] {
  const { dryRun, tableRuns, logLines } = report;
  const sizes = {
    before: formatBytes(report.bytesBefore, t.language),
    after: formatBytes(report.bytesAfter, t.language),
  };
  if (tableRuns + logLines === 0) return [t('cli.prune.nothing', { size: sizes.after })];
  const counts = {
    batches: formatCount(report.batches, t.language),
    tables: formatCount(tableRuns, t.language),
    lines: formatCount(logLines, t.language),
  };
  return dryRun
    ? [t('cli.prune.wouldRemove', counts), t('cli.prune.sizeWouldBe', sizes)]
    : [t('cli.prune.removed', counts), t('cli.prune.size', sizes)];
}
