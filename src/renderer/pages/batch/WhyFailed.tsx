import { Button, Paper, Stack, Title } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { BatchView } from '../../../shared/window/views.ts';
import { useLabels } from '../../data/useLabels.ts';
import { FailureGroups } from '../../parts/trouble/FailureGroups.tsx';
import { groupFailures } from '../../parts/trouble/groupFailures.ts';
import { needsConsent } from '../../parts/trouble/stepsFor.ts';
import { WhyNotRun } from '../../parts/trouble/WhyNotRun.tsx';
import { useT } from '../../words/LanguageProvider.tsx';

/** Reasons that stand above the tables; the others come when they are asked for. */
const GROUPS_SHOWN = 2;

/** Why tables of a batch failed, the reason of most of them first. */
export function WhyFailed({ view: { batch, tables } }: { readonly view: BatchView }) {
  const t = useT();
  const labelOf = useLabels();
  const [isOpen, setOpen] = useState(false);
  const groups = useMemo(() => groupFailures(tables, t, labelOf), [tables, t, labelOf]);
  if (groups.length === 0) return null;
  const shown = isOpen ? groups : groups.slice(0, GROUPS_SHOWN);
  return (
    <Paper withBorder p="lg" component="section" aria-labelledby="why">
      <Title order={2} size="h4" mb="sm" id="why">
        {t('batchPage.why')}
      </Title>
      <Stack gap="xs">
        <FailureGroups batchId={batch.batch_id} groups={shown} />
        {shown.some(({ code }) => needsConsent(code)) && <WhyNotRun />}
      </Stack>
      {groups.length > GROUPS_SHOWN && (
        <Button
          variant="subtle"
          size="compact-sm"
          mt="md"
          aria-expanded={isOpen}
          onClick={() => setOpen((open) => !open)}
        >
          {isOpen ? t('troubles.showFewer') : t('batchPage.allReasons', { count: groups.length })}
        </Button>
      )}
    </Paper>
  );
}
