import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useSyncExternalStore } from 'react';
import type { Bridge, LinkLoss } from '../../window-api/bridge.ts';
import type { LiveView } from '../../window-api/views.ts';
import { LiveStore, takeEvent } from './live.ts';

interface Reach {
  readonly bridge: Bridge;
  readonly live: LiveStore;
}

const ReachContext = createContext<Reach | null>(null);

/** Provides the bridge to the program, and keeps its events up to date in the cache. */
export function BridgeProvider({
  bridge,
  children,
}: {
  readonly bridge: Bridge;
  readonly children: ReactNode;
}) {
  const queries = useQueryClient();
  const live = useMemo(() => new LiveStore(), []);
  useEffect(
    () =>
      bridge.listen(
        (event) =>
          takeEvent(event, queries, live, (page) => {
            window.location.hash = page;
          }),
        (up, why = 'unreachable') => {
          // Events were lost while the link was down, so everything is read again.
          if (up && live.loss() !== null) void queries.invalidateQueries();
          live.setLoss(up ? null : why);
        },
      ),
    [bridge, queries, live],
  );
  const reach = useMemo(() => ({ bridge, live }), [bridge, live]);
  return <ReachContext.Provider value={reach}>{children}</ReachContext.Provider>;
}

export function useReach(): Reach {
  const reach = useContext(ReachContext);
  if (reach === null) throw new Error('There is no BridgeProvider around this.');
  return reach;
}

/** The live view; null until the first answer. */
export function useLive(): LiveView | null {
  const { live } = useReach();
  return useSyncExternalStore(live.subscribe, live.live);
}

/** Why the program cannot be reached; null if it can. */
export function useLinkLoss(): LinkLoss | null {
  const { live } = useReach();
  return useSyncExternalStore(live.subscribe, live.loss);
}
