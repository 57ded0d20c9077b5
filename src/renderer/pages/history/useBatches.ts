import { useQueries } from '@tanstack/react-query';
import type { BatchFilter, BatchPage, BatchSummary } from '../../../shared/window/views.ts';
import { useReach } from '../../data/BridgeProvider.tsx';
import { keyOf } from '../../data/keys.ts';
import { ask } from '../../data/refused.ts';
import { PAGE_SIZE, pagesOf } from './batchPages.ts';

/**
 * The batches of a list that is read page by page, as they come near the screen.
 *
 * @param first its first page
 * @param from the rows that are near the screen
 * @returns the batch of a row; undefined until it has been read
 */
export function useBatches(
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
