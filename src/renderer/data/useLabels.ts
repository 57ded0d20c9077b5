import { useCallback } from 'react';
import { visible } from '../../shared/visible.ts';
import { useCall } from './useCall.ts';

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
