import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
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
