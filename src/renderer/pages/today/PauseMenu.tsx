import { Button, Menu } from '@mantine/core';
import { IconChevronDown, IconPlayerPause, IconPlayerTrackNext } from '@tabler/icons-react';
import { pauseEnd } from '../../../shared/pauseEnd.ts';
import type { Pause } from '../../../shared/service.ts';
import { useCommand } from '../../data/useCommand.ts';
import { useMay } from '../../data/useMay.ts';
import { useT } from '../../words/LanguageProvider.tsx';

const LENGTHS = [
  { length: 'hour', key: 'todayPage.pauseHour' },
  { length: 'tomorrow', key: 'todayPage.pauseTomorrow' },
  { length: 'open', key: 'todayPage.pauseOpen' },
] as const;

/** Begins a pause of a length, or ends the one there is. */
export function PauseMenu({ pause }: { readonly pause: Pause | null }) {
  const t = useT();
  const { command, whyNotCommand } = useMay();
  const begin = useCommand('pause');
  const end = useCommand('unpause');
  if (pause !== null)
    return (
      <Button
        variant="default"
        leftSection={<IconPlayerTrackNext size={18} aria-hidden />}
        loading={end.isPending}
        disabled={!command}
        title={whyNotCommand}
        onClick={() => end.mutate([])}
      >
        {t('todayPage.unpause')}
      </Button>
    );
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button
          variant="default"
          leftSection={<IconPlayerPause size={18} aria-hidden />}
          rightSection={<IconChevronDown size={16} aria-hidden />}
          loading={begin.isPending}
          disabled={!command}
          title={whyNotCommand}
        >
          {t('todayPage.pause')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {LENGTHS.map(({ length, key }) => (
          <Menu.Item
            key={length}
            onClick={() => begin.mutate([pauseEnd(length, new Date())?.toISOString() ?? null])}
          >
            {t(key)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
