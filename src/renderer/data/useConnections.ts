import { useCallback, useMemo } from 'react';
import { visible } from '../../shared/visible.ts';
import { useCall } from './useCall.ts';

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
