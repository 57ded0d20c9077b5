import { Button, Group, NativeSelect, Text } from '@mantine/core';
import { useMemo } from 'react';
import { Link } from 'wouter';
import type { TableState } from '../../../window-api/views.ts';
import { isNotSetUp } from '../../data/hindrances.ts';
import { useCall } from '../../data/useCall.ts';
import { useConnections } from '../../data/useConnections.ts';
import { Empty } from '../../parts/Page.tsx';
import { RunNowButton } from '../../parts/RunNowButton.tsx';
import { SearchField } from '../../parts/SearchField.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { TableList } from './TableList.tsx';
import { fits, narrows, ordered, SHOWN, type TableFilter, widened } from './tableFilter.ts';
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

/** What the list is narrowed to. */
export function TableFilters({
  filter,
  setFilter,
}: {
  readonly filter: TableFilter;
  readonly setFilter: (filter: TableFilter) => void;
}) {
  const t = useT();
  const connections = useConnections(filter.connection ?? undefined);
  return (
    <Group gap="sm" align="flex-end" role="search">
      <SearchField
        label={t('tablesPage.filter.text')}
        placeholder={t('tablesPage.filter.textHint')}
        clearLabel={t('tablesPage.filter.clearText')}
        value={filter.text}
        onSearch={(text) => setFilter({ ...filter, text })}
      />
      <NativeSelect
        label={t('tablesPage.filter.shown')}
        data={SHOWN.map((value) => ({ value, label: t(`tablesPage.shown.${value}`) }))}
        value={filter.shown}
        onChange={({ currentTarget: { value } }) =>
          setFilter({ ...filter, shown: SHOWN.find((one) => one === value) ?? 'all' })
        }
      />
      {connections.length > 1 && (
        <NativeSelect
          label={t('tablesPage.filter.connection')}
          maw={220}
          data={[
            { value: '', label: t('window.all') },
            ...connections.map(({ id, label }) => ({ value: id, label })),
          ]}
          value={filter.connection ?? ''}
          onChange={({ currentTarget: { value } }) => setFilter({ ...filter, connection: value || null })}
        />
      )}
      {narrows(filter) && (
        <Button variant="subtle" onClick={() => setFilter(widened(filter))}>
          {t('tablesPage.clear')}
        </Button>
      )}
    </Group>
  );
}
