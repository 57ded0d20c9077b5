import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo } from 'react';
import { visible } from '../../shared/visible.ts';
import type { Args, QueryName, Result } from '../../window-api/windowApi.ts';
import { useReach } from './BridgeProvider.tsx';
import { ask, keyOf } from './calls.ts';

/**
 * Runs a query, and again when an event invalidates it. While a changed query loads, the previous answer
 * stays visible.
 *
 * @returns as in TanStack Query; `error` is a Refused if the program refused
 */
export function useCall<C extends QueryName>(call: C, ...args: Args<C>): UseQueryResult<Result<C>> {
  const { bridge } = useReach();
  return useQuery({
    queryKey: keyOf(call, ...args),
    queryFn: () => ask(bridge, call, args),
    placeholderData: keepPreviousData,
  });
}

/** Loads the initial live view; after that, events update it. */
export function useFirstLook(): void {
  const { live } = useReach();
  const { data } = useCall('live');
  useEffect(() => {
    if (data !== undefined) live.setLive(data);
  }, [data, live]);
}

/**
 * The branch databases in the settings, for a selection.
 *
 * @param chosen the current selection, which is included even if the settings no longer have it
 */
export function useConnections(
  chosen: string | undefined,
): readonly { readonly id: string; readonly label: string }[] {
  const { data } = useCall('settings');
  return useMemo(() => {
    const known = (data?.effective?.connections ?? []).map(({ id, label }) => ({
      id,
      label: visible(label || id),
    }));
    if (chosen === undefined || known.some(({ id }) => id === chosen)) return known;
    return [...known, { id: chosen, label: visible(chosen) }];
  }, [data, chosen]);
}

/** Maps a connection's id to its display name; the id itself if it has none. */
export function useLabels(): (connection: string) => string {
  const { data } = useCall('settings');
  const connections = data?.effective?.connections;
  return useCallback(
    (id) => {
      const label = connections?.find((one) => one.id === id)?.label;
      return visible(label === undefined || label === '' ? id : label);
    },
    [connections],
  );
}
