import { Button, Group, Text } from '@mantine/core';
import { IconPlayerStop } from '@tabler/icons-react';
import { visible } from '../../shared/visible.ts';
import type { ExportingView } from '../../window-api/views.ts';
import { useLabels } from '../data/useCall.ts';
import { useCommand, useMay } from '../data/useCommand.ts';
import { useFormat, useT } from '../words/LanguageProvider.tsx';
import { ProgressLine, useRunWords } from './ProgressLine.tsx';

/**
 * How far the export is that is being written now.
 *
 * @param props.stoppable whether to show a button that stops it; the page may have one already
 */
export function ExportProgress({
  exporting,
  stoppable,
}: {
  readonly exporting: ExportingView;
  readonly stoppable: boolean;
}) {
  const t = useT();
  const format = useFormat();
  const labelOf = useLabels();
  const { rate, left } = useRunWords();
  const { connection, file, fileBytes, run } = exporting;
  const percent = format.percent(run.fraction);
  const tables = t('todayPage.running.tables', {
    done: format.count(run.doneTables),
    total: format.count(run.totalTables),
  });
  return (
    <div>
      <Text size="sm" mb="xs" style={{ overflowWrap: 'anywhere' }}>
        {t('disk.exportingOf', { name: labelOf(connection), file: visible(file) })}
      </Text>
      <ProgressLine
        size="lg"
        label={t('disk.exportingLabel')}
        fraction={run.fraction}
        text={`${percent}, ${tables}`}
      />
      <Group gap="xl" mt="xs" className="numbers" style={{ rowGap: 4 }}>
        <Text fw={700} miw="4ch">
          {percent}
        </Text>
        <Text size="sm">{tables}</Text>
        {run.failedTables > 0 && (
          <Text size="sm" c="var(--branch-bad)" fw={600}>
            {t('todayPage.running.failed', { count: run.failedTables })}
          </Text>
        )}
        <Text size="sm">
          {t('counts.checked', { count: run.checked, number: format.count(run.checked) })}
        </Text>
        <Text size="sm">{t('counts.read', { size: format.bytes(run.bytes) })}</Text>
        <Text size="sm">{t('disk.written', { size: format.bytes(fileBytes) })}</Text>
        {run.rowsPerSecond !== null && <Text size="sm">{rate(run.rowsPerSecond)}</Text>}
        <Text size="sm">{left(run.etaSeconds)}</Text>
      </Group>
      {stoppable && <StopButton />}
    </div>
  );
}

function StopButton() {
  const t = useT();
  const { command, whyNotCommand } = useMay();
  const stop = useCommand('stopRun');
  return (
    <Button
      mt="sm"
      size="sm"
      variant="default"
      leftSection={<IconPlayerStop size={16} aria-hidden />}
      loading={stop.isPending}
      disabled={!command}
      title={whyNotCommand ?? t('disk.stopHint')}
      onClick={() => stop.mutate([])}
    >
      {t('todayPage.stop')}
    </Button>
  );
}
