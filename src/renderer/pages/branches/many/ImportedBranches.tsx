import { Button, List, Stack, Text } from '@mantine/core';
import { Link } from 'wouter';
import { visible } from '../../../../shared/visible.ts';
import type { BranchOutcome, BranchTableView } from '../../../../window-api/views.ts';
import { BRANCHES } from '../../../parts/branchesPlace.ts';
import { useFormat, useT } from '../../../words/LanguageProvider.tsx';
import { StepMark } from '../form/TestSteps.tsx';

/** What came of an import, branch by branch. */
export function ImportedBranches({
  outcomes,
  table,
}: {
  readonly outcomes: readonly BranchOutcome[];
  readonly table: BranchTableView;
}) {
  const t = useT();
  const format = useFormat();
  const labels = new Map(table.branches.map(({ line, label }) => [line, label]));
  const added = outcomes.filter(({ outcome }) => outcome === 'added').length;
  return (
    <Stack gap="md">
      <Text fw={600} size="lg" role="status">
        {t('importBranches.done', { count: added, number: format.count(added) })}
      </Text>
      <Button component={Link} href={BRANCHES} w="fit-content">
        {t('importBranches.toBranches')}
      </Button>
      <List listStyleType="none" spacing={4}>
        {outcomes.map(({ line, id, outcome, place }) => (
          <List.Item
            key={line}
            icon={<StepMark state={outcome === 'added' ? 'ok' : 'failed'} />}
            style={{ overflowWrap: 'anywhere' }}
          >
            {visible(labels.get(line) || id)}: {t(`importBranches.outcome.${outcome}`)}
            {place !== null &&
              ` ${t('importBranches.passwordAt', { place: t(`branchesPage.place.${place}`) })}`}
          </List.Item>
        ))}
      </List>
    </Stack>
  );
}
