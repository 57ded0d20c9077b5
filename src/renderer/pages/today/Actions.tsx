import { Button, Group } from '@mantine/core';
import { IconPlayerStop } from '@tabler/icons-react';
import type { LiveView } from '../../../shared/window/views.ts';
import { useCommand } from '../../data/useCommand.ts';
import { useMay } from '../../data/useMay.ts';
import { RunNowButton } from '../../parts/RunNowButton.tsx';
import { useT } from '../../words/LanguageProvider.tsx';
import { PauseMenu } from './PauseMenu.tsx';

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
