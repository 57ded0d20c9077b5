import type { LiveView, Setup } from '../../shared/window/views.ts';
import { useT } from '../words/LanguageProvider.tsx';
import { useLinkLoss, useLive } from './liveStore.ts';
import { useCall } from './useCall.ts';

/** Why something cannot be asked for now; null where it can. */
export type Hindrance = 'link' | 'view' | 'set_up' | 'busy';

/** What keeps a person from commanding anything, and from beginning a run. */
export function hindrances(
  setup: Setup | undefined,
  live: LiveView | null,
  linked: boolean,
): { readonly command: Hindrance | null; readonly run: Hindrance | null } {
  const command = !linked || setup === undefined || live === null ? 'link' : commandHindrance(setup);
  return { command, run: command ?? (live !== null && isBusy(live) ? 'busy' : null) };
}

function commandHindrance(setup: Setup): Hindrance | null {
  if (!setup.commands) return 'view';
  return setup.problem?.kind === 'usage' && setup.problem.code === 'settings_missing' ? 'set_up' : null;
}

function isBusy({ status }: LiveView): boolean {
  const { kind } = status.activity;
  return kind === 'running' || kind === 'starting' || kind === 'verifying' || kind === 'waiting_lease';
}

/** The same, with the reason in words: for a button's title. */
export function useMay(): {
  readonly command: boolean;
  readonly run: boolean;
  readonly whyNotCommand: string | undefined;
  readonly whyNotRun: string | undefined;
} {
  const t = useT();
  const { data: setup } = useCall('setup');
  const { command, run } = hindrances(setup, useLive(), useLinkLoss() === null);
  const say = (why: Hindrance | null): string | undefined => {
    switch (why) {
      case null:
        return undefined;
      case 'link':
        return t('troubles.disabledLink');
      case 'view':
        return t('troubles.disabledView');
      case 'set_up':
        return t('troubles.disabledSetUp');
      case 'busy':
        return t('troubles.disabledBusy');
    }
  };
  return { command: command === null, run: run === null, whyNotCommand: say(command), whyNotRun: say(run) };
}
