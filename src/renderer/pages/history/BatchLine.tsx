import { type CSSProperties, memo } from 'react';
import { Link } from 'wouter';
import { BatchStatus } from '../../../shared/status.ts';
import type { BatchSummary } from '../../../shared/window/views.ts';
import cells from '../../parts/Cells.module.css';
import { StatusMark } from '../../parts/StatusMark.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';

/**
 * The cells of one batch: two lines each, plain elements. Of a list that is scrolled quickly, hundreds are made a
 * second.
 */
export const BatchLine = memo(function BatchLine({ batch }: { readonly batch: BatchSummary }) {
  const t = useT();
  const format = useFormat();
  const failed = batch.failed_tables;
  const seconds = batch.duration_seconds;
  const reason = batch.status === BatchStatus.Interrupted ? batch.interruption_reason : null;
  return (
    // biome-ignore-start lint/a11y/useSemanticElements: see VirtualTable.
    <>
      <div role="cell" className={cells.cell}>
        <StatusMark of={batch.status} kind="batch" />
        {reason !== null && (
          <span className={cells.less} title={t(`words.reason.${reason}`)}>
            {t(`words.reason.${reason}`)}
          </span>
        )}
      </div>
      <div role="cell" className={cells.cell}>
        <Link href={`/batch/${encodeURIComponent(batch.batch_id)}`} className={cells.link ?? ''}>
          {format.moment(batch.started_at)}
        </Link>
        <span className={cells.less}>{t(`historyPage.trigger.${batch.trigger}`)}</span>
      </div>
      <div role="cell" className={cells.cell}>
        <span>
          {t('historyPage.done', {
            done: format.count(batch.completed_tables + batch.skipped_tables),
            total: format.count(batch.total_tables),
          })}
        </span>
        <span className={failed > 0 ? cells.failed : cells.less}>
          {failed > 0
            ? t('historyPage.failed', { number: format.count(failed) })
            : t('historyPage.noneFailed')}
        </span>
      </div>
      <div role="cell" className={cells.cell}>
        <span>
          {t('historyPage.rows', {
            count: batch.records_processed,
            number: format.count(batch.records_processed),
          })}
        </span>
        <span className={cells.less}>{format.bytes(batch.bytes)}</span>
      </div>
      <div role="cell" className={cells.cell}>
        <span>
          {seconds === null || batch.status === BatchStatus.Running
            ? t('historyPage.soFar')
            : format.duration(seconds)}
        </span>
        <span className={cells.bar} style={{ '--seconds': seconds ?? 0 } as CSSProperties} />
      </div>
    </>
    // biome-ignore-end lint/a11y/useSemanticElements: see VirtualTable.
  );
});

/** As tall as a batch, until it has been read. */
export function UnreadLine() {
  const t = useT();
  return (
    // biome-ignore lint/a11y/useSemanticElements: see VirtualTable.
    <div role="cell" className={cells.unread}>
      {t('window.loading')}
    </div>
  );
}
