import type { BatchRow } from '../../shared/contract.ts';
import { formatCount, formatDateTime, formatDuration } from '../../shared/format.ts';
import { renderColumns } from './columns.ts';
import type { Look } from './look.ts';
import { batchMark } from './marks.ts';

/** One line a batch, latest first. */
export function renderBatchList(batches: readonly BatchRow[], look: Look): string[] {
  const { t } = look;
  const rows = batches.map((batch) => [
    { text: batch.batch_id },
    batchMark(batch.status, look),
    { text: formatDateTime(batch.started_at, t.language) },
    { text: batch.duration_seconds === null ? '' : formatDuration(batch.duration_seconds, t.language) },
    { text: doneOf(batch, look) },
    {
      text: formatCount(batch.failed_tables, t.language),
      ...(batch.failed_tables > 0 ? { paint: look.colors.red } : {}),
    },
    { text: t(`words.trigger.${batch.trigger}`) },
  ]);
  const columns = [
    { title: t('cli.column.batch') },
    { title: t('cli.column.status') },
    { title: t('cli.column.started') },
    { title: t('cli.column.duration'), align: 'right' },
    { title: t('cli.column.tables'), align: 'right' },
    { title: t('cli.column.failed'), align: 'right' },
    { title: t('cli.column.trigger'), shrinks: true },
  ] as const;
  return [...renderColumns(columns, rows, look), '', look.colors.dim(t('cli.status.showWith'))];
}

function doneOf(batch: BatchRow, { t }: Look): string {
  const done = formatCount(batch.completed_tables + batch.skipped_tables, t.language);
  return `${done}/${formatCount(batch.total_tables, t.language)}`;
}
