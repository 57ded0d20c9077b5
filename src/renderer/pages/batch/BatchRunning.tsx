import { Group, Paper, Text } from '@mantine/core';
import type { RunView } from '../../../shared/window/views.ts';
import { ProgressLine } from '../../parts/ProgressLine.tsx';
import { useRunWords } from '../../parts/useRunWords.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';

/** How far the batch is, where it runs now. */
export function BatchRunning({ run }: { readonly run: RunView }) {
  const t = useT();
  const format = useFormat();
  const { left } = useRunWords();
  const percent = format.percent(run.fraction);
  return (
    <Paper withBorder p="lg">
      <ProgressLine size="lg" label={t('todayPage.running.label')} fraction={run.fraction} text={percent} />
      <Group gap="xl" mt="xs" className="numbers">
        <Text fw={700} miw="4ch">
          {percent}
        </Text>
        <Text>{t('todayPage.running.rows', { rows: format.count(run.rows) })}</Text>
        <Text>{t('todayPage.running.bytes', { size: format.bytes(run.bytes) })}</Text>
        {run.rowsPerSecond !== null && <Text>{format.rate(run.rowsPerSecond)}</Text>}
        <Text>{left(run.etaSeconds)}</Text>
      </Group>
    </Paper>
  );
}
