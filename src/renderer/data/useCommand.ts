import { notifications } from '@mantine/notifications';
import { type UseMutationResult, useMutation, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { type Args, CALLS, type CommandName, type Result } from '../../window-api/windowApi.ts';
import { useT } from '../words/LanguageProvider.tsx';
import { sentencesOf } from '../words/refusal.ts';
import { useLinkLoss, useLive, useReach } from './BridgeProvider.tsx';
import { ask, invalidate } from './calls.ts';
import { type Hindrance, hindrances } from './hindrances.ts';
import { useCall, useLabels } from './useCall.ts';

/**
 * Runs a command. A refusal is shown as a notification, unless the caller shows the result's `error` itself
 * (`quiet`). The arguments of a `secret` one are forgotten as soon as nothing shows its result.
 */
export function useCommand<C extends CommandName>(
  call: C,
  options: { readonly quiet?: boolean; readonly secret?: boolean } = {},
): UseMutationResult<Result<C>, Error, Args<C>> {
  const { bridge } = useReach();
  const queries = useQueryClient();
  const show = useShowRefusal();
  return useMutation({
    ...(options.secret === true && { gcTime: 0 }),
    mutationFn: (args: Args<C>) => ask(bridge, call, args),
    onSuccess: () => void invalidate(queries, CALLS[call].invalidates),
    onError: (error) => {
      if (!options.quiet) show(error);
    },
  });
}

/** Shows as a notification why something was not done. */
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

/** What a person may command now, with the reasons against it in words, for a button's title. */
export function useMay(): {
  readonly command: boolean;
  readonly run: boolean;
  readonly whyNotCommand: string | undefined;
  readonly whyNotRun: string | undefined;
} {
  const t = useT();
  const { data: setup } = useCall('setup');
  const loss = useLinkLoss();
  const { command, run } = hindrances(setup, useLive(), loss === null);
  const say = (why: Hindrance | null): string | undefined => {
    switch (why) {
      case null:
        return undefined;
      case 'link':
        return t(`window.link.${loss ?? 'unreachable'}`);
      case 'view':
        return t('troubles.disabledView');
      case 'set_up':
        return t('troubles.disabledSetUp');
      case 'settings':
        return t('troubles.disabledSettings');
      case 'busy':
        return t('troubles.disabledBusy');
    }
  };
  return { command: command === null, run: run === null, whyNotCommand: say(command), whyNotRun: say(run) };
}
