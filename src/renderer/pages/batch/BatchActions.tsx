import { Button } from '@mantine/core';
import { IconPlayerStop } from '@tabler/icons-react';
import type { BatchView } from '../../../shared/window/views.ts';
import { useLive } from '../../data/liveStore.ts';
import { useCommand } from '../../data/useCommand.ts';
import { useMay } from '../../data/useMay.ts';
import { GoOnButton } from '../../parts/trouble/GoOnButton.tsx';
import { useT } from '../../words/LanguageProvider.tsx';
import { ExportMenu } from './ExportMenu.tsx';

/** What can be done with the whole batch. */
export function BatchActions({ view }: { readonly view: BatchView }) {
  const t = useT();
  const { command, whyNotCommand } = useMay();
  const stop = useCommand('stopRun');
  const isRunning = useLive()?.run?.batchId === view.batch.batch_id;
  return (
    <>
      <ExportMenu view={view} />
      {isRunning && (
        <Button
          variant="default"
          leftSection={<IconPlayerStop size={18} aria-hidden />}
          loading={stop.isPending}
          disabled={!command}
          title={whyNotCommand ?? t('todayPage.stopHint')}
          onClick={() => stop.mutate([])}
        >
          {t('todayPage.stop')}
        </Button>
      )}
      {!isRunning && view.resumable && <GoOnButton batch={view.batch} main />}
    </>
  );
}
