import { type CSSProperties, useEffect } from 'react';
import type { BatchFilter, BatchPage } from '../../../shared/window/views.ts';
import { withLive } from '../../data/liveBatch.ts';
import { useLive } from '../../data/liveStore.ts';
import { useVirtualRows } from '../../parts/useVirtualRows.ts';
import { VirtualTable } from '../../parts/VirtualTable.tsx';
import { useT } from '../../words/LanguageProvider.tsx';
import { BatchLine, UnreadLine } from './BatchLine.tsx';
import { longestOf } from './batchPages.ts';
import { useBatches } from './useBatches.ts';

const ROW_HEIGHT = 56;
const COLUMNS = ['status', 'started', 'tables', 'data', 'duration'] as const;
const WIDTHS =
  'minmax(6.5rem, 1fr) minmax(9.75rem, 1.5fr) minmax(5.5rem, 0.9fr) minmax(6.75rem, 1fr) minmax(5.5rem, 0.9fr)';

/** Batches one below the other, thousands of them; each leads to its page. */
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
  const rows = useVirtualRows(first.total, ROW_HEIGHT);
  const near = { from: rows.items[0]?.index ?? 0, to: rows.items.at(-1)?.index ?? 0 };
  const batchAt = useBatches(filter, first, near);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another filter is another list, which begins at its top.
  useEffect(() => {
    // In braces: newer browsers answer with a promise, which React would take for the effect's end.
    window.scrollTo({ top: 0 });
  }, [filter]);

  const seen = Array.from({ length: rows.last - rows.first + 1 }, (_, index) => batchAt(rows.first + index));
  const longest = longestOf(seen.map((batch) => batch?.duration_seconds));
  return (
    <VirtualTable
      rows={rows}
      label={t('historyPage.list')}
      columns={COLUMNS.map((key) => ({ key, head: t(`historyPage.column.${key}`) }))}
      widths={WIDTHS}
      busy={busy}
      // The bars take their measure from here, so that rows need not be drawn anew when it changes.
      style={{ '--longest': longest } as CSSProperties}
    >
      {(index) => {
        const batch = batchAt(index);
        return batch === undefined ? (
          <UnreadLine />
        ) : (
          <BatchLine batch={withLive(batch, live?.run ?? null)} />
        );
      }}
    </VirtualTable>
  );
}
