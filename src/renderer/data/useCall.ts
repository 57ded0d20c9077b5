import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo } from 'react';
import { visible } from '../../shared/visible.ts';
import type { Args, QueryName, Result } from '../../window-api/windowApi.ts';
import { useReach } from './BridgeProvider.tsx';
import { keyOf } from './cache.ts';
import { ask } from './refused.ts';

/**
 * Asks, and asks again when an event says that the answer is old. While a changed question is being asked, the
 * answer before stays on the screen.
 *
 * @returns as in TanStack Query; `error` is a Refused where the program said no
 */
export function useCall<C extends QueryName>(call: C, ...args: Args<C>): UseQueryResult<Result<C>> {
  const { bridge } = useReach();
  return useQuery({
    queryKey: keyOf(call, ...args),
    queryFn: () => ask(bridge, call, args),
    placeholderData: keepPreviousData,
  });
}

/** The first look at how things stand; from then on events tell it. */
export function useFirstLook(): void {
  const { live } = useReach();
  const { data } = useCall('live');
  useEffect(() => {
    if (data !== undefined) live.setLive(data);
  }, [data, live]);
}

/**
 * The branch databases of the settings, for choosing one.
 *
 * @param chosen the one that is chosen already: it stays there to be seen where the settings have it no more
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

/** Gives the names that people know connections by; the id where there is none. */
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
