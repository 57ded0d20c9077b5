import { Stack, Text } from '@mantine/core';
import type { TableState } from '../../../shared/window/views.ts';
import { useT } from '../../words/LanguageProvider.tsx';
import { LastRun } from './LastRun.tsx';
import { ProofFound } from './ProofFound.tsx';
import { Section } from './Section.tsx';
import { TableActions } from './TableActions.tsx';
import { TableNow } from './TableNow.tsx';
import { TablePast } from './TablePast.tsx';
import { WayOfTable } from './WayOfTable.tsx';

/** All that is known of a table, and what can be done about it. */
export function TableDetail({
  state,
  onAsking,
}: {
  readonly state: TableState;
  readonly onAsking: (asking: boolean) => void;
}) {
  const t = useT();
  return (
    <Stack gap="lg">
      <TableActions state={state} onAsking={onAsking} />
      <TableNow state={state} />
      {!state.selected && <Text c="dimmed">{t('tablesPage.detail.leftNote')}</Text>}
      <Section title={t('tablesPage.detail.lastRun')}>
        <LastRun state={state} />
      </Section>
      <Section title={t('tablesPage.detail.copied')}>
        <WayOfTable state={state} />
      </Section>
      <Section title={t('tablesPage.detail.proof')}>
        <ProofFound verified={state.verified} />
      </Section>
      <TablePast state={state} />
    </Stack>
  );
}
