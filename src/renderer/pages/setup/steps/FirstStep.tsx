import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import type { Translate } from '../../../../shared/texts/translate.ts';
import type { BatchSummary } from '../../../../shared/window/views.ts';
import { useCall } from '../../../data/useCall.ts';
import { useCommand } from '../../../data/useCommand.ts';
import { Answered } from '../../../parts/Answered.tsx';
import { ErrorAlert } from '../../../parts/RefusalAlert.tsx';
import { useT } from '../../../words/LanguageProvider.tsx';
import { batchToShow } from '../firstRun.ts';
import { RunOutcome } from './RunOutcome.tsx';
import { RunProgress } from './RunProgress.tsx';
import { StepButtons } from './StepButtons.tsx';
import { Summary } from './Summary.tsx';
import { TrayHints } from './TrayHints.tsx';

/** What was chosen, and the first copy of it to head office. */
export function FirstStep({ onBack }: { readonly onBack: () => void }) {
  const t = useT();
  const setup = useCall('setup').data;
  const history = useCall('history', {}, 0, 1);
  const run = useCommand('runNow', { quiet: true });
  /** The latest batch when this one was asked for; undefined before that. */
  const [before, setBefore] = useState<string | null | undefined>(undefined);
  return (
    <Answered to={history}>
      {({ batches: [latest] }) => {
        const batch = batchToShow(latest, before);
        const starting = run.isPending || (before !== undefined && batch === null && run.error === null);
        const running = starting || batch?.status === 'running';
        const ended = running ? null : batch;
        const well = ended?.status === 'completed';
        const start = (): void => {
          setBefore(latest?.batch_id ?? null);
          run.mutate([{}]);
        };
        return (
          <Stack gap="lg">
            {ended !== null && <RunOutcome batch={ended} />}
            {well && <TrayHints />}
            <Summary withPasswords={ended === null} />
            {run.error !== null && <ErrorAlert error={run.error} />}
            {running && <RunProgress />}
            <StepButtons onBack={onBack}>
              {running ? (
                <Text size="sm">{t('setupPage.mayLeave')}</Text>
              ) : (
                <Group gap="xs">
                  {ended !== null && !well && (
                    <Button component={Link} href={`/batch/${ended.batch_id}`} variant="default">
                      {t('setupPage.toBatch')}
                    </Button>
                  )}
                  <Button
                    variant={well ? 'default' : 'filled'}
                    disabled={setup?.commands !== true}
                    onClick={start}
                  >
                    {sayStart(ended, t)}
                  </Button>
                  {well && (
                    <Button component={Link} href="/">
                      {t('setupPage.toToday')}
                    </Button>
                  )}
                </Group>
              )}
            </StepButtons>
          </Stack>
        );
      }}
    </Answered>
  );
}

function sayStart(batch: BatchSummary | null, t: Translate): string {
  if (batch === null) return t('setupPage.start');
  return batch.status === 'completed' ? t('setupPage.again') : t('window.tryAgain');
}
