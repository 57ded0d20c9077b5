import { Button, Group, Text } from '@mantine/core';
import { useMemo } from 'react';
import { Link } from 'wouter';
import type { TableState } from '../../../shared/window/views.ts';
import { isNotSetUp } from '../../data/hindrances.ts';
import { useCall } from '../../data/useCall.ts';
import { Empty } from '../../parts/Empty.tsx';
import { RunNowButton } from '../../parts/RunNowButton.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { TableList } from './TableList.tsx';
import { fits, narrows, widened } from './tableFilter.ts';
import { ordered } from './tableOrder.ts';
import type { useTableFilter } from './useTableFilter.ts';

/** The tables that fit the filter, or why there are none. */
export function FoundTables({
  states,
  ways,
}: {
  readonly states: readonly TableState[];
  readonly ways: ReturnType<typeof useTableFilter>;
}) {
  const t = useT();
  const format = useFormat();
  const { filter } = ways;
  const found = useMemo(
    () =>
      ordered(
        states.filter((state) => fits(state, filter)),
        filter,
      ),
    [states, filter],
  );
  if (found.length === 0 && !narrows(filter)) return <NoTable />;
  return (
    <div>
      <Text size="sm" c="dimmed" role="status" mb="xs">
        {t('tablesPage.tables', { count: found.length, number: format.count(found.length) })}
      </Text>
      {found.length === 0 ? (
        <NoneFits clear={() => ways.setFilter(widened(filter))} />
      ) : (
        <TableList tables={found} filter={filter} setFilter={ways.setFilter} search={ways.search} />
      )}
    </div>
  );
}

function NoTable() {
  const t = useT();
  const { data: setup } = useCall('setup');
  // Before that there is nothing to run, and no connection to go to.
  const isSetUp = setup !== undefined && !isNotSetUp(setup);
  const action = isSetUp && (
    <Group justify="center" gap="xs" mt="xs">
      <RunNowButton main />
      <Button component={Link} href="/connections" variant="default">
        {t('tablesPage.toConnections')}
      </Button>
    </Group>
  );
  return (
    <Empty title={t('tablesPage.empty')} action={action}>
      {t('tablesPage.emptyNext')}
    </Empty>
  );
}

function NoneFits({ clear }: { readonly clear: () => void }) {
  const t = useT();
  const action = (
    <Button onClick={clear} mt="xs">
      {t('tablesPage.clear')}
    </Button>
  );
  return (
    <Empty title={t('tablesPage.noneFits')} action={action}>
      {t('tablesPage.noneFitsNext')}
    </Empty>
  );
}
