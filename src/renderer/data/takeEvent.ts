import type { QueryClient } from '@tanstack/react-query';
import { type TableRow, tableKey } from '../../shared/contract.ts';
import { assertNever } from '../../shared/status.ts';
import type { WindowEvent } from '../../window-api/bridge.ts';
import type { BatchView, TableState } from '../../window-api/views.ts';
import { keyOf } from './keys.ts';
import type { LiveStore } from './liveStore.ts';
import { withRuns } from './liveTables.ts';
import { patch } from './patch.ts';

/** What history has more of after a batch has begun or ended. */
const OF_HISTORY = [
  'history',
  'days',
  'batch',
  'tables',
  'tableRuns',
  'sizes',
  'holder',
  'schedules',
] as const;
const OF_SETTINGS = ['setup', 'settings', 'schedules', 'tables'] as const;

/** Brings what the window shows up to date with what it is told. */
export function takeEvent(event: WindowEvent, queries: QueryClient, live: LiveStore): void {
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
      for (const call of OF_HISTORY) void queries.invalidateQueries({ queryKey: [call] });
      return;
    case 'settings':
      for (const call of OF_SETTINGS) void queries.invalidateQueries({ queryKey: [call] });
      return;
    case 'refused':
      live.refused(event.refusal);
      return;
    case 'show':
      window.location.hash = event.page;
      return;
    default:
      assertNever(event);
  }
}

function withRows(tables: readonly TableRow[], rows: readonly TableRow[]): readonly TableRow[] {
  const newer = new Map(rows.map((row) => [tableKey(row.connection, row.table_name), row]));
  return tables.map((row) => newer.get(tableKey(row.connection, row.table_name)) ?? row);
}
