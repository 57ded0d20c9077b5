import { Button, Group, NativeSelect } from '@mantine/core';
import { useConnections } from '../../data/useConnections.ts';
import { SearchField } from '../../parts/SearchField.tsx';
import { useT } from '../../words/LanguageProvider.tsx';
import { narrows, SHOWN, type TableFilter, widened } from './tableFilter.ts';

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
