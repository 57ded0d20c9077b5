import { Anchor, Group, Text } from '@mantine/core';
import { Link } from 'wouter';
import { useLive } from '../../../data/BridgeProvider.tsx';
import { useCall } from '../../../data/useCall.ts';
import { useNow } from '../../../data/useNow.ts';
import { useFormat, useT } from '../../../words/LanguageProvider.tsx';
import { BranchStateMark } from './BranchStateMark.tsx';
import { Facts } from './EndpointCard.tsx';

/** How a branch stands now. */
export function BranchStanding({ id }: { readonly id: string }) {
  const t = useT();
  const format = useFormat();
  const now = useNow();
  const live = useLive();
  const found = useCall('branches').data?.find((one) => one.connection === id);
  if (found === undefined) return null;
  const running = live?.run?.tables.some((one) => one.connection === id) ?? false;
  const { state, upTo, lastRunAt, nextRunAt, failed, differs } = found;
  const time = (at: string | null, none: string): string => (at === null ? none : format.shortTime(at));
  return (
    <Group gap="lg" align="flex-start">
      <div style={{ flex: '1 1 20rem', minWidth: 0 }}>
        <Facts
          of={[
            [
              t('branchesPage.column.upTo'),
              upTo === null
                ? t('branchesPage.neverCopied')
                : `${format.shortTime(upTo)} · ${format.ago(upTo, now)}`,
            ],
            [t('branchesPage.lastRun'), time(lastRunAt, '–')],
            [t('branchesPage.column.nextRun'), time(nextRunAt, t('branchesPage.notPlanned'))],
          ]}
        />
      </div>
      <div>
        <BranchStateMark state={running ? 'running' : state} />
        {failed > 0 && (
          <Text size="sm" c="var(--branch-bad)">
            {t('branchesPage.failedTables', { count: failed, tables: format.count(failed) })}
          </Text>
        )}
        {differs > 0 && (
          <Text size="sm" c="var(--branch-warn)">
            {t('branchesPage.differingTables', { count: differs, tables: format.count(differs) })}
          </Text>
        )}
        <Anchor component={Link} href={`/tables?connection=${encodeURIComponent(id)}`} size="sm">
          {t('branchesPage.toTables')}
        </Anchor>
      </div>
    </Group>
  );
}
