import { useMediaQuery } from '@mantine/hooks';
import { useQueries } from '@tanstack/react-query';
import { type CSSProperties, memo, useEffect } from 'react';
import { Link } from 'wouter';
import type { BatchPage, BatchSummary } from '../../../shared/contract.ts';
import { BatchStatus } from '../../../shared/status.ts';
import { askedByText } from '../../../shared/texts/requestText.ts';
import type { BatchFilter } from '../../../window-api/windowApi.ts';
import { useLive, useReach } from '../../data/BridgeProvider.tsx';
import { ask, keyOf } from '../../data/calls.ts';
import { withLive } from '../../data/live.ts';
import cells from '../../parts/Cells.module.css';
import { StatusMark } from '../../parts/StatusMark.tsx';
import { useVirtualRows } from '../../parts/useVirtualRows.ts';
import { VirtualTable } from '../../parts/VirtualTable.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { longestOf, PAGE_SIZE, pagesOf } from './batchQuery.ts';

const ROW_HEIGHT = 56;
const COLUMNS = ['status', 'started', 'tables', 'data', 'duration'] as const;
/** At 200 % zoom duration and tables are in the lines below status and start. */
const NARROW = '(max-width: 40em)';
const WIDTHS =
  'minmax(6rem, 1fr) minmax(9.25rem, 1.4fr) minmax(4.5rem, 0.8fr) minmax(9.25rem, 1.3fr) minmax(5.25rem, 0.9fr)';
const NARROW_WIDTHS = 'minmax(5.75rem, 1fr) minmax(9.25rem, 1.3fr) minmax(9rem, 1.2fr)';

/** A list of thousands of batches; each links to its page. */
export function BatchList({
  filter,
  first,
  busy,
}: {
  readonly filter: BatchFilter;
  readonly first: BatchPage;
  readonly busy: boolean;
}) {
  const t = useT();
  const live = useLive();
  const narrow = useMediaQuery(NARROW, false, { getInitialValueInEffect: false });
  const rows = useVirtualRows(first.total, ROW_HEIGHT);
  const near = { from: rows.items[0]?.index ?? 0, to: rows.items.at(-1)?.index ?? 0 };
  const batchAt = useBatches(filter, first, near);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another filter is another list, which begins at its top.
  useEffect(() => {
    // Braces, because scrollTo returns a promise in newer browsers, which React would take for a clean-up
    // function.
    window.scrollTo({ top: 0 });
  }, [filter]);

  const seen = Array.from({ length: rows.last - rows.first + 1 }, (_, index) => batchAt(rows.first + index));
  const longest = longestOf(seen.map((batch) => batch?.duration_seconds));
  return (
    <VirtualTable
      rows={rows}
      label={t('historyPage.list')}
      columns={COLUMNS.filter((key) => !narrow || !['tables', 'duration'].includes(key)).map((key) => ({
        key,
        head: t(`historyPage.column.${key}`),
      }))}
      widths={narrow ? NARROW_WIDTHS : WIDTHS}
      busy={busy}
      // A CSS variable, so that rows are not redrawn when the longest duration changes.
      style={{ '--longest': longest } as CSSProperties}
    >
      {(index) => {
        const batch = batchAt(index);
        return batch === undefined ? (
          <UnreadLine />
        ) : (
          <BatchLine batch={withLive(batch, live?.run ?? null)} narrow={narrow} />
        );
      }}
    </VirtualTable>
  );
}

/** The cells of one batch, two lines each. Plain elements, because fast scrolling creates hundreds per second. */
const BatchLine = memo(function BatchLine({
  batch,
  narrow,
}: {
  readonly batch: BatchSummary;
  readonly narrow: boolean;
}) {
  const t = useT();
  const format = useFormat();
  const failed = batch.failed_tables;
  const seconds = batch.duration_seconds;
  const checked = batch.records_processed + batch.records_skipped;
  const duration =
    seconds === null || batch.status === BatchStatus.Running
      ? t('historyPage.soFar')
      : format.duration(seconds);
  const done = t('historyPage.done', {
    done: format.count(batch.completed_tables + batch.skipped_tables),
    total: format.count(batch.total_tables),
  });
  const tables = (
    <span className={failed > 0 ? cells.failed : cells.less}>
      {narrow && `${done} · `}
      {failed > 0 ? t('historyPage.failed', { number: format.count(failed) }) : t('historyPage.noneFailed')}
    </span>
  );
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
        {reason === null && narrow && <span className={cells.less}>{duration}</span>}
      </div>
      <div role="cell" className={cells.cell}>
        <Link href={`/batch/${encodeURIComponent(batch.batch_id)}`} className={cells.link ?? ''}>
          {format.moment(batch.started_at)}
        </Link>
        {narrow ? (
          tables
        ) : (
          <span className={cells.less}>
            {askedByText(batch.options, t) ?? t(`historyPage.trigger.${batch.trigger}`)}
          </span>
        )}
      </div>
      {!narrow && (
        <div role="cell" className={cells.cell}>
          <span>{done}</span>
          {tables}
        </div>
      )}
      <div role="cell" className={cells.cell}>
        <span>
          {t('counts.written', {
            count: batch.records_processed,
            number: format.count(batch.records_processed),
          })}
        </span>
        <span className={cells.less}>
          {t('counts.checked', { count: checked, number: format.count(checked) })}
        </span>
      </div>
      {!narrow && (
        <div role="cell" className={cells.cell}>
          <span>{duration}</span>
          <span className={cells.bar} style={{ '--seconds': seconds ?? 0 } as CSSProperties} />
        </div>
      )}
    </>
    // biome-ignore-end lint/a11y/useSemanticElements: see VirtualTable.
  );
});

/** A placeholder of the same height until the batch is loaded. */
function UnreadLine() {
  const t = useT();
  return (
    // biome-ignore lint/a11y/useSemanticElements: see VirtualTable.
    <div role="cell" className={cells.unread}>
      {t('window.loading')}
    </div>
  );
}

/**
 * The batches of a list that is loaded page by page as rows come near the screen.
 *
 * @param first its first page
 * @param from index of the first row near the screen
 * @returns the batch of a row; undefined until it is loaded
 */
function useBatches(
  filter: BatchFilter,
  first: BatchPage,
  { from, to }: { readonly from: number; readonly to: number },
): (index: number) => BatchSummary | undefined {
  const { bridge } = useReach();
  const pages = pagesOf(from, to, first.total).filter((page) => page > 0);
  const read = useQueries({
    queries: pages.map((page) => {
      const args: [BatchFilter, number, number] = [filter, page * PAGE_SIZE, PAGE_SIZE];
      return { queryKey: keyOf('history', ...args), queryFn: () => ask(bridge, 'history', args) };
    }),
  });
  return (index) => {
    const page = Math.floor(index / PAGE_SIZE);
    const batches = page === 0 ? first.batches : read[pages.indexOf(page)]?.data?.batches;
    return batches?.[index % PAGE_SIZE];
  };
}
