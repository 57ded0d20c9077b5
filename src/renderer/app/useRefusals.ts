import { useEffect } from 'react';
import { useReach } from '../data/BridgeProvider.tsx';
import { Refused } from '../data/refused.ts';
import { useShowRefusal } from '../data/useShowRefusal.ts';

/** Shows what was asked for in this window and could not be done after all. */
export function useRefusals(): void {
  const { live } = useReach();
  const show = useShowRefusal();
  useEffect(() => live.onRefused((refusal) => show(new Refused(refusal))), [live, show]);
}
