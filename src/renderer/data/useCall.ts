import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { CallName, Calls } from '../../window-api/calls.ts';
import { useReach } from './BridgeProvider.tsx';
import { keyOf } from './keys.ts';
import { ask } from './refused.ts';

/** The calls that only look, and whose answer may be kept. */
type QueryName =
  | 'setup'
  | 'live'
  | 'holder'
  | 'history'
  | 'days'
  | 'batch'
  | 'tables'
  | 'tableRuns'
  | 'settings'
  | 'schedules'
  | 'previewCron'
  | 'sizes'
  | 'bundle';

/**
 * Asks, and asks again when an event says that the answer is old. While a changed question is being asked, the
 * answer before stays on the screen.
 *
 * @returns as in TanStack Query; `error` is a Refused where the program said no
 */
export function useCall<C extends CallName & QueryName>(
  call: C,
  ...args: Parameters<Calls[C]>
): UseQueryResult<ReturnType<Calls[C]>> {
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
