import { useCallback, useDeferredValue, useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';
import type { FleetBranch } from '../../../shared/fleet.ts';
import type { FleetDays } from '../../../window-api/views.ts';
import { useCall } from '../../data/useCall.ts';
import {
  type BoardFilter,
  boardSearch,
  fits,
  ordered,
  type Recent,
  readBoardFilter,
  recentOf,
} from './boardFilter.ts';

/** Days of the sparklines. */
const DAYS = 14;

export interface Board {
  readonly filter: BoardFilter;
  readonly setFilter: (filter: BoardFilter) => void;
  /** Those that fit the filter, in its order. */
  readonly shown: readonly FleetBranch[];
  readonly recent: (connection: string) => Recent | null;
}

/** The branches as the page's address asks for them. @param path of the page */
export function useBoard(path: string, branches: readonly FleetBranch[]): Board {
  const search = useSearch();
  const [, goTo] = useLocation();
  const filter = useMemo(() => readBoardFilter(search), [search]);
  const setFilter = useCallback(
    (next: BoardFilter) => goTo(`${path}${boardSearch(next)}`, { replace: true }),
    [goTo, path],
  );
  // The branches come first: thirty thousand days are not worth waiting for.
  const days = useDeferredValue(useCall('fleetDays').data);
  const recent = useMemo(() => recentByConnection(days), [days]);
  const shown = useMemo(
    () =>
      ordered(
        branches.filter((one) => fits(one, filter)),
        filter.order,
        (connection) => recent(connection)?.bytesPerDay ?? 0,
      ),
    [branches, filter, recent],
  );
  return { filter, setFilter, shown, recent };
}

/** Counted when a row is first shown, and again only if its days have changed. */
function recentByConnection(days: FleetDays | undefined): Board['recent'] {
  const known = new Map<string, Recent | null>();
  return (connection) => {
    const found = known.get(connection);
    if (found !== undefined || days === undefined) return found ?? null;
    const recent = recentOf(days.of[connection], DAYS, days.days.length);
    known.set(connection, recent);
    return recent;
  };
}
