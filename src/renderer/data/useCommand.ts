import { type UseMutationResult, useMutation } from '@tanstack/react-query';
import type { CallName, Calls } from '../../shared/window/calls.ts';
import { useReach } from './BridgeProvider.tsx';
import { ask } from './refused.ts';
import { useShowRefusal } from './useShowRefusal.ts';

/**
 * Does something. A refusal is shown in a corner of the window, unless the caller shows it where it belongs
 * (`quiet`), by the result's `error`.
 */
export function useCommand<C extends CallName>(
  call: C,
  options: { readonly quiet?: boolean } = {},
): UseMutationResult<ReturnType<Calls[C]>, Error, Parameters<Calls[C]>> {
  const { bridge } = useReach();
  const show = useShowRefusal();
  return useMutation({
    mutationFn: (args: Parameters<Calls[C]>) => ask(bridge, call, args),
    onError: (error) => {
      if (!options.quiet) show(error);
    },
  });
}
