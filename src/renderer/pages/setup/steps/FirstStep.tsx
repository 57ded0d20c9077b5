import { Button, Stack, Text } from '@mantine/core';
import { useState } from 'react';
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
        const start = (): void => {
          setBefore(latest?.batch_id ?? null);
          run.mutate([{}]);
        };
        return (
          <Stack gap="lg">
            <Summary />
            {run.error !== null && <ErrorAlert error={run.error} />}
            {running && <RunProgress />}
            {batch !== null && !running && <RunOutcome batch={batch} />}
            {batch?.status === 'completed' && <TrayHints />}
            <StepButtons onBack={onBack}>
              {!running && (
                <Button
                  variant={batch?.status === 'completed' ? 'default' : 'filled'}
                  disabled={setup?.commands !== true}
                  onClick={start}
                >
                  {sayStart(batch, t)}
                </Button>
              )}
              {running && <Text size="sm">{t('setupPage.mayLeave')}</Text>}
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
