import type { QueryClient } from '@tanstack/react-query';
import { type TableRow, tableKey } from '../../shared/contract.ts';
import { assertNever } from '../../shared/status.ts';
import type { BatchView, TableState } from '../../window-api/views.ts';
import { EVENTS, type WindowEvent } from '../../window-api/windowApi.ts';
import { invalidate, keyOf, patch } from './cache.ts';
import type { LiveStore } from './liveStore.ts';
import { withRuns } from './liveTables.ts';

/**
 * Brings what the window shows up to date with what it is told.
 *
 * @param show leads to a page
 */
export function takeEvent(
  event: WindowEvent,
  queries: QueryClient,
  live: LiveStore,
  show: (page: string) => void,
): void {
  void invalidate(queries, EVENTS[event.type].invalidates);
  switch (event.type) {
    case 'live':
      live.setLive(event.live);
      return;
    case 'tables':
      patch<BatchView>(queries, keyOf('batch', event.batchId), (view) => ({
        ...view,
        tables: withRows(view.tables, event.rows),
      }));
      patch<readonly TableState[]>(queries, keyOf('tables'), (states) => withRuns(states, event.rows));
      return;
    case 'history':
    case 'settings':
      return;
    case 'refused':
      live.refused(event.refusal);
      return;
    case 'show':
      show(event.page);
      return;
    default:
      assertNever(event);
  }
}

function withRows(tables: readonly TableRow[], rows: readonly TableRow[]): readonly TableRow[] {
  const newer = new Map(rows.map((row) => [tableKey(row.connection, row.table_name), row]));
  return tables.map((row) => newer.get(tableKey(row.connection, row.table_name)) ?? row);
}
