import { notifications } from '@mantine/notifications';
import { type UseMutationResult, useMutation, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { type Args, CALLS, type CommandName, type Result } from '../../window-api/windowApi.ts';
import { useT } from '../words/LanguageProvider.tsx';
import { sentencesOf } from '../words/refusal.ts';
import { useReach } from './BridgeProvider.tsx';
import { invalidate } from './cache.ts';
import { ask } from './refused.ts';
import { useLabels } from './useCall.ts';

/**
 * Does something. A refusal is shown in a corner of the window, unless the caller shows it where it belongs
 * (`quiet`), by the result's `error`.
 */
export function useCommand<C extends CommandName>(
  call: C,
  options: { readonly quiet?: boolean } = {},
): UseMutationResult<Result<C>, Error, Args<C>> {
  const { bridge } = useReach();
  const queries = useQueryClient();
  const show = useShowRefusal();
  return useMutation({
    mutationFn: (args: Args<C>) => ask(bridge, call, args),
    onSuccess: () => void invalidate(queries, CALLS[call].invalidates),
    onError: (error) => {
      if (!options.quiet) show(error);
    },
  });
}

/** Shows in a corner of the window why something was not done. */
export function useShowRefusal(): (error: Error) => void {
  const t = useT();
  const labelOf = useLabels();
  return useCallback(
    (error) => {
      const { what, rest } = sentencesOf(error, t, labelOf);
      notifications.show({
        color: 'red',
        title: what,
        message: rest.join(' '),
        autoClose: 15_000,
        closeButtonProps: { 'aria-label': t('window.close') },
      });
    },
    [t, labelOf],
  );
}
