import { Button, Group, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { BatchStatus } from '../../../shared/status.ts';
import type { BatchView, RunView } from '../../../shared/window/views.ts';
import { useLabels } from '../../data/useLabels.ts';
import { Empty } from '../../parts/Empty.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import classes from './Filter.module.css';
import { runningOf } from './liveRows.ts';
import { TableList } from './TableList.tsx';
import { ALL_TABLES, countShown, filtered, SHOWN, type Shown } from './tableFilter.ts';
import { FIRST_SORT, nextSort, sorted } from './tableOrder.ts';

/**
 * The tables of a batch, what needs a person first.
 *
 * @param props.run null where the batch does not run now
 */
export function TablesTab({ view, run }: { readonly view: BatchView; readonly run: RunView | null }) {
  const t = useT();
  const format = useFormat();
  const labelOf = useLabels();
  const [filter, setFilter] = useState(ALL_TABLES);
  const [sort, setSort] = useState(FIRST_SORT);
  const { tables, batch } = view;
  const atWork = batch.status === BatchStatus.Running;
  const counts = useMemo(() => countShown(tables), [tables]);
  const rows = useMemo(
    () => sorted(filtered(tables, filter, labelOf), sort),
    [tables, filter, labelOf, sort],
  );
  const running = useMemo(() => runningOf(run, batch.batch_id), [run, batch.batch_id]);
  if (tables.length === 0) return <Empty title={t('batchPage.noTables')} />;
  return (
    <Stack gap="md">
      <Group gap="md" align="flex-end">
        <TextInput
          label={t('batchPage.search')}
          leftSection={<IconSearch size={18} aria-hidden />}
          value={filter.text}
          onChange={({ currentTarget }) => setFilter((now) => ({ ...now, text: currentTarget.value }))}
          maxLength={200}
          w="min(20rem, 100%)"
        />
        <SegmentedControl
          aria-label={t('batchPage.show')}
          value={filter.show}
          onChange={(show) => setFilter((now) => ({ ...now, show: show as Shown }))}
          data={SHOWN.filter((show) => show === 'all' || show === filter.show || counts[show] > 0).map(
            (show) => ({
              value: show,
              label: `${t(`batchPage.shown.${show === 'running' && !atWork ? 'halted' : show}`)} ${format.count(counts[show])}`,
            }),
          )}
          className="numbers"
        />
        <Text size="sm" c="dimmed" className={`${classes.found} numbers`} role="status">
          {rows.length === tables.length
            ? ''
            : t('batchPage.shownCount', {
                shown: format.count(rows.length),
                total: format.count(tables.length),
              })}
        </Text>
      </Group>
      {rows.length === 0 ? (
        <Empty
          title={t('batchPage.noneFound')}
          action={
            <Button variant="default" onClick={() => setFilter(ALL_TABLES)}>
              {t('batchPage.clear')}
            </Button>
          }
        />
      ) : (
        <TableList
          view={view}
          rows={rows}
          running={running}
          sort={sort}
          onSort={(by) => setSort((now) => nextSort(now, by))}
        />
      )}
    </Stack>
  );
}
