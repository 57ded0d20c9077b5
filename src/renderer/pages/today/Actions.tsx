import { Button, Group, Menu } from '@mantine/core';
import { IconChevronDown, IconClockPlay, IconPlayerPause, IconPlayerStop } from '@tabler/icons-react';
import { useId } from 'react';
import { type Pause, pauseEnd } from '../../../shared/service.ts';
import type { LiveView } from '../../../window-api/views.ts';
import { useCommand } from '../../data/useCommand.ts';
import { useMay } from '../../data/useMay.ts';
import { RunNowButton } from '../../parts/RunNowButton.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';

/**
 * What a person can ask for at any time.
 *
 * @param props.main whether running is what the page asks the person to do
 */
export function Actions({ live, main }: { readonly live: LiveView; readonly main: boolean }) {
  const t = useT();
  const { command, whyNotCommand } = useMay();
  const stop = useCommand('stopRun');
  const { kind } = live.status.activity;
  const isRunning = kind === 'running' || kind === 'starting' || kind === 'verifying';
  return (
    <Group gap="xs" mt="md">
      {isRunning ? (
        <Button
          variant="default"
          leftSection={<IconPlayerStop size={18} aria-hidden />}
          loading={stop.isPending}
          disabled={!command}
          // A verify that is stopped leaves nothing behind to go on with.
          title={whyNotCommand ?? (kind === 'verifying' ? undefined : t('todayPage.stopHint'))}
          onClick={() => stop.mutate([])}
        >
          {t('todayPage.stop')}
        </Button>
      ) : (
        <RunNowButton main={main} />
      )}
      <PauseMenu pause={live.status.pause} />
    </Group>
  );
}

const LENGTHS = [
  { length: 'hour', key: 'todayPage.pauseHour' },
  { length: 'tomorrow', key: 'todayPage.pauseTomorrow' },
  { length: 'open', key: 'todayPage.pauseOpen' },
] as const;

/** Begins a pause of a length, or ends the one there is. */
function PauseMenu({ pause }: { readonly pause: Pause | null }) {
  const t = useT();
  const format = useFormat();
  const means = useId();
  const { command, whyNotCommand } = useMay();
  const begin = useCommand('pause');
  const end = useCommand('unpause');
  if (pause !== null)
    return (
      <Button
        variant="default"
        leftSection={<IconClockPlay size={18} aria-hidden />}
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
        {/* Beside "Stop" it would seem to be what is being copied now that is paused. */}
        {/* biome-ignore lint/a11y/useSemanticElements: the group of a menu is no fieldset. */}
        <div role="group" aria-labelledby={means}>
          <Menu.Label id={means}>{t('todayPage.pauseMeans')}</Menu.Label>
          {LENGTHS.map(({ length, key }) => {
            const end = endOf(length);
            return (
              // An hour is one from the click on, not from when the menu was drawn.
              <Menu.Item key={length} onClick={() => begin.mutate([endOf(length)])}>
                {t(key, { time: end === null ? '' : format.clock(end) })}
              </Menu.Item>
            );
          })}
        </div>
      </Menu.Dropdown>
    </Menu>
  );
}

/** When a pause that begins now ends, ISO 8601; null where a person ends it. */
function endOf(length: (typeof LENGTHS)[number]['length']): string | null {
  return pauseEnd(length, new Date())?.toISOString() ?? null;
}
