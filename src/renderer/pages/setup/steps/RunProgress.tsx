import { Progress, Stack, Text } from '@mantine/core';
import { visible } from '../../../../shared/visible.ts';
import type { RunView } from '../../../../shared/window/views.ts';
import { useLive } from '../../../data/liveStore.ts';
import { useLabels } from '../../../data/useLabels.ts';
import { sayFailure } from '../../../words/failure.ts';
import { useFormat, useT } from '../../../words/LanguageProvider.tsx';

/** The first run, as it goes. */
export function RunProgress() {
  const t = useT();
  const labelOf = useLabels();
  const live = useLive();
  const activity = live?.status.activity;
  if (activity?.kind === 'waiting_database') {
    const { sentence, next } = sayFailure(activity.failure, t, labelOf);
    return (
      <Stack gap={4} role="status">
        <Text fw={600}>{sentence}</Text>
        <Text>{next}</Text>
      </Stack>
    );
  }
  const run = live?.run ?? null;
  if (run === null) return <Text role="status">{t('setupPage.starting')}</Text>;
  return <Running run={run} />;
}

function Running({ run }: { readonly run: RunView }) {
  const t = useT();
  const format = useFormat();
  const { tables, fraction, rows, bytes, etaSeconds } = run;
  const names = tables.map(({ table }) => visible(table)).join(', ');
  return (
    <Stack gap="xs">
      <Text fw={600}>
        {t('setupPage.progress', {
          done: format.count(run.doneTables),
          total: format.count(run.totalTables),
        })}
      </Text>
      <Progress.Root size="lg">
        <Progress.Section value={fraction * 100} aria-label={t('setupPage.progressLabel')} />
      </Progress.Root>
      <Text size="sm" className="numbers">
        {t('setupPage.soFar', { rows: format.count(rows), size: format.bytes(bytes) })}
        {etaSeconds !== null && ` · ${t('setupPage.eta', { duration: format.duration(etaSeconds) })}`}
      </Text>
      {names !== '' && (
        <Text size="sm" c="dimmed" lineClamp={2} style={{ overflowWrap: 'anywhere' }}>
          {names}
        </Text>
      )}
    </Stack>
  );
}
