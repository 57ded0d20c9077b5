import { type CSSProperties, memo } from 'react';
import { Link } from 'wouter';
import { BatchStatus } from '../../../shared/status.ts';
import type { BatchSummary } from '../../../shared/window/views.ts';
import { StatusMark } from '../../parts/StatusMark.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import classes from './BatchLine.module.css';

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
      <div role="cell" className={classes.cell}>
        <StatusMark of={batch.status} kind="batch" />
        {reason !== null && (
          <span className={classes.less} title={t(`words.reason.${reason}`)}>
            {t(`words.reason.${reason}`)}
          </span>
        )}
      </div>
      <div role="cell" className={classes.cell}>
        <Link href={`/batch/${encodeURIComponent(batch.batch_id)}`} className={classes.link ?? ''}>
          {format.plannedTime(batch.started_at)}
        </Link>
        <span className={classes.less}>{t(`words.trigger.${batch.trigger}`)}</span>
      </div>
      <div role="cell" className={classes.cell}>
        <span>
          {t('historyPage.done', {
            done: format.count(batch.completed_tables + batch.skipped_tables),
            total: format.count(batch.total_tables),
          })}
        </span>
        <span className={failed > 0 ? classes.failed : classes.less}>
          {failed > 0
            ? t('historyPage.failed', { number: format.count(failed) })
            : t('historyPage.noneFailed')}
        </span>
      </div>
      <div role="cell" className={classes.cell}>
        <span>
          {t('historyPage.rows', {
            count: batch.records_processed,
            number: format.count(batch.records_processed),
          })}
        </span>
        <span className={classes.less}>{format.bytes(batch.bytes)}</span>
      </div>
      <div role="cell" className={classes.cell}>
        <span>
          {seconds === null || batch.status === BatchStatus.Running
            ? t('historyPage.soFar')
            : format.duration(seconds)}
        </span>
        <span className={classes.bar} style={{ '--seconds': seconds ?? 0 } as CSSProperties} />
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
    <div role="cell" className={classes.unread}>
      {t('window.loading')}
    </div>
  );
}
