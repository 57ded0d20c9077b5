import type { QueryClient } from '@tanstack/react-query';
import type { FleetChange, FleetDays, FleetView } from '../../window-api/views.ts';
import { invalidate, keyOf, patch } from './calls.ts';

/** Takes over what has changed in head office's tables. */
export function takeFleet(change: FleetChange, queries: QueryClient): void {
  // An answer that was refused has nothing to change: it is asked for again, because it is another one now.
  if (queries.getQueryState(keyOf('fleet'))?.status === 'error')
    void invalidate(queries, ['fleet', 'fleetDays', 'fleetBranch', 'setup']);
  patch<FleetView>(queries, keyOf('fleet'), (view) => withChange(view, change));
  const { days } = change;
  if (days === null) void invalidate(queries, ['fleetDays']);
  else if (Object.keys(days).length > 0)
    patch<FleetDays>(queries, keyOf('fleetDays'), (known) => ({ ...known, of: { ...known.of, ...days } }));
  for (const { connection } of change.changed)
    void queries.invalidateQueries({ queryKey: keyOf('fleetBranch', connection) });
}

/** The branches after a change. Those that stayed the same are the same objects, so that their rows are not drawn again. */
export function withChange(view: FleetView, { changed, gone, asOf, problem }: FleetChange): FleetView {
  if (changed.length + gone.length === 0) return { ...view, asOf, problem };
  const left = new Set(gone);
  const newer = new Map(changed.map((one) => [one.connection, one]));
  const kept = view.branches
    .filter(({ connection }) => !left.has(connection))
    .map((one) => {
      const next = newer.get(one.connection) ?? one;
      newer.delete(one.connection);
      return next;
    });
  return { branches: [...kept, ...newer.values()], asOf, problem };
}
