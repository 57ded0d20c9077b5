import { Button, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { BatchSummary } from '../../../../shared/window/views.ts';
import { useLive } from '../../../data/liveStore.ts';
import { useFormat, useT } from '../../../words/LanguageProvider.tsx';

/** How the first run ended, in one sentence, and where to go from here. */
export function RunOutcome({ batch }: { readonly batch: BatchSummary }) {
  const t = useT();
  const format = useFormat();
  const upTo = useLive()?.upTo ?? null;
  const well = batch.status === 'completed';
  const Mark = well ? IconCircleCheck : IconAlertTriangle;
  const sentence = (): string => {
    if (well)
      return upTo === null
        ? t('setupPage.completed')
        : t('setupPage.completedUpTo', { time: format.shortTime(upTo) });
    if (batch.status === 'interrupted') return t('setupPage.interruptedRun');
    return t('setupPage.failed', {
      count: batch.failed_tables,
      tables: format.count(batch.failed_tables),
    });
  };
  return (
    <Stack gap="sm">
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
      <Group gap="xs">
        {well ? (
          <Button component={Link} href="/">
            {t('setupPage.toToday')}
          </Button>
        ) : (
          <Button component={Link} href={`/batch/${batch.batch_id}`} variant="default">
            {t('setupPage.toBatch')}
          </Button>
        )}
      </Group>
    </Stack>
  );
}
