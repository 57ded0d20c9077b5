import { useCall } from '../../data/useCall.ts';

/** Whether anything can be changed from this window; the frame says why where not. */
export function useMayChange(): boolean {
  return useCall('setup').data?.commands ?? false;
}
