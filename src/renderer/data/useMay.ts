import { useT } from '../words/LanguageProvider.tsx';
import { useLinkLoss, useLive } from './BridgeProvider.tsx';
import { type Hindrance, hindrances } from './hindrances.ts';
import { useCall } from './useCall.ts';

/** What a person may command now, and why not in words: for a button's title. */
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
