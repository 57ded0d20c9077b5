import { Group, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import type { BatchSummary } from '../../../../shared/window/views.ts';
import { useLive } from '../../../data/liveStore.ts';
import { useNow } from '../../../data/useNow.ts';
import { useFormat, useT } from '../../../words/LanguageProvider.tsx';
import { freshness } from '../../today/standing.ts';

/** How the first run ended, in one sentence: where it ended well, that of the page Today. */
export function RunOutcome({ batch }: { readonly batch: BatchSummary }) {
  const t = useT();
  const format = useFormat();
  const now = useNow();
  const upTo = useLive()?.upTo ?? null;
  const well = batch.status === 'completed';
  const Mark = well ? IconCircleCheck : IconAlertTriangle;
  const sentence = (): string => {
    if (well) return upTo === null ? t('setupPage.completed') : freshness(upTo, true, now, { t, format });
    if (batch.status === 'interrupted') return t('setupPage.interruptedRun');
    return t('setupPage.failed', {
      count: batch.failed_tables,
      tables: format.count(batch.failed_tables),
    });
  };
  return (
    <Group gap="sm" wrap="nowrap" align="flex-start" role="status">
      <Mark
        size={28}
        aria-hidden
        style={{ flex: 'none' }}
        color={well ? 'var(--branch-good)' : 'var(--branch-bad)'}
      />
      <div>
        <Text fw={600} size="lg">
          {sentence()}
        </Text>
        <Text size="sm" c="dimmed">
          {t('setupPage.copied', {
            tables: format.count(batch.completed_tables),
            rows: format.count(batch.records_processed),
            size: format.bytes(batch.bytes),
          })}
        </Text>
      </div>
    </Group>
  );
}
