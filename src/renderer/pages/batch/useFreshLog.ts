import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { RunView } from '../../../shared/window/views.ts';
import { keyOf } from '../../data/keys.ts';

/** The log of 2,000 tables is large: while tables end many times a second, it is read again this seldom. */
const AT_MOST_EVERY_MS = 3000;

/**
 * Reads a batch's event log again while it is looked at and tables end: lines of the log are not told one by one.
 *
 * @param run null where the batch does not run now
 */
export function useFreshLog(batchId: string, run: RunView | null): void {
  const queries = useQueryClient();
  const readAt = useRef(0);
  const isRunning = run !== null;
  const ended = isRunning ? run.doneTables + run.failedTables : 0;
  const begun = isRunning ? run.tables.length : 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a table that begins or ends is why it is read again
  useEffect(() => {
    if (!isRunning) return;
    const wait = Math.max(0, readAt.current + AT_MOST_EVERY_MS - Date.now());
    const timer = setTimeout(() => {
      readAt.current = Date.now();
      void queries.invalidateQueries({ queryKey: keyOf('batch', batchId) });
    }, wait);
    return () => clearTimeout(timer);
  }, [queries, batchId, isRunning, ended, begun]);
}
