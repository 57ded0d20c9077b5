import { Button, Group, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { IconChevronDown, IconChevronUp, IconSearch } from '@tabler/icons-react';
import { useCallback, useMemo, useState } from 'react';
import { type TableRow, tableKey } from '../../../shared/contract.ts';
import { BatchStatus } from '../../../shared/status.ts';
import type { BatchView, RunningTable, RunView } from '../../../window-api/views.ts';
import { useLabels } from '../../data/useCall.ts';
import { useCommand, useMay } from '../../data/useCommand.ts';
import { Empty } from '../../parts/Page.tsx';
import { ScrollTable } from '../../parts/ScrollTable.tsx';
import { refOf } from '../../parts/trouble/groupFailures.ts';
import { useRoom } from '../../parts/useRoom.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import listClasses from './TableList.module.css';
import { TableListHead, TableListRow } from './TableListRow.tsx';
import classes from './Tabs.module.css';
import { columnsOf } from './tableColumns.ts';
import {
  ALL_TABLES,
  countShown,
  FIRST_SORT,
  filtered,
  foldUnchanged,
  hasFailure,
  nextSort,
  runningOf,
  SHOWN,
  type Shown,
  type Sort,
  type SortKey,
  sorted,
} from './tableFilter.ts';

/**
 * The tables of a batch; those that need a person first.
 *
 * @param props.run null if the batch does not run now
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
          // Somebody who looks for a table is shown it.
          isFolded={filter.text.trim() === ''}
          running={running}
          sort={sort}
          onSort={(by) => setSort((now) => nextSort(now, by))}
        />
      )}
    </Stack>
  );
}

/** Estimated height of a row, in pixels. */
const ROW_HEIGHT = 58;

/** A line of the list: a table, or the entry that stands for all unchanged ones. */
type Item = TableRow | 'unchanged';

/** The tables of a batch, each with the details of its failure on request. */
function TableList({
  view,
  rows,
  isFolded,
  running,
  sort,
  onSort,
}: {
  readonly view: BatchView;
  readonly rows: readonly TableRow[];
  /** Whether unchanged tables are one entry. */
  readonly isFolded: boolean;
  readonly running: ReadonlyMap<string, RunningTable>;
  readonly sort: Sort;
  readonly onSort: (by: SortKey) => void;
}) {
  const t = useT();
  const format = useFormat();
  const labelOf = useLabels();
  const { run: mayRun, whyNotRun } = useMay();
  const { mutate, isPending, variables } = useCommand('resume');
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [isUnfolded, setUnfolded] = useState(false);
  const toggle = useCallback((key: string) => setOpen((now) => toggled(now, key)), []);
  const batchId = view.batch.batch_id;
  const atWork = view.batch.status === BatchStatus.Running;
  const retry = useCallback(
    (row: TableRow) => mutate([batchId, { tables: [refOf(row)] }]),
    [mutate, batchId],
  );
  // Computed once and not in each row, because rows come and go while scrolling.
  const actions = useMemo(
    () => ({ retry: view.resumable ? retry : null, mayRun, whyNotRun, toggle }),
    [view.resumable, retry, mayRun, whyNotRun, toggle],
  );
  // Depends on all tables, so that a search does not change the columns.
  const hasActions = useMemo(() => view.tables.some(hasFailure), [view.tables]);
  const room = useRoom();
  const columns = useMemo(() => columnsOf(room, hasActions), [room, hasActions]);
  const widths = useMemo(() => columns.map(({ width }) => width), [columns]);
  const { shown, unchanged } = useMemo(
    () => (isFolded ? foldUnchanged(rows) : { shown: rows, unchanged: [] }),
    [rows, isFolded],
  );
  const items = useMemo(
    (): readonly Item[] =>
      unchanged.length === 0 ? shown : [...shown, 'unchanged', ...(isUnfolded ? unchanged : [])],
    [shown, unchanged, isUnfolded],
  );
  const [retried] = (isPending && variables[1].tables) || [];
  const Chevron = isUnfolded ? IconChevronUp : IconChevronDown;
  return (
    <ScrollTable
      label={t('batchPage.tabs.tables')}
      rows={items}
      keyOf={keyOf}
      rowHeight={ROW_HEIGHT}
      widths={widths}
      head={<TableListHead sort={sort} columns={columns} onSort={onSort} />}
    >
      {(item, rowIndex) => {
        if (item === 'unchanged')
          return (
            <tr aria-rowindex={rowIndex}>
              <td colSpan={columns.length}>
                <button
                  type="button"
                  className={listClasses.fold}
                  aria-expanded={isUnfolded}
                  onClick={() => setUnfolded((now) => !now)}
                >
                  <Chevron size={18} aria-hidden />
                  {t('batchPage.unchanged', {
                    count: unchanged.length,
                    number: format.count(unchanged.length),
                  })}
                </button>
              </td>
            </tr>
          );
        const key = keyOf(item);
        return (
          <TableListRow
            row={item}
            rowIndex={rowIndex}
            columns={columns}
            room={room}
            live={running.get(key)}
            usual={view.usual[key]}
            atWork={atWork}
            label={labelOf(item.connection)}
            actions={actions}
            isOpen={open.has(key)}
            isRetried={retried !== undefined && tableKey(retried.connection, retried.table) === key}
          />
        );
      }}
    </ScrollTable>
  );
}

function keyOf(item: Item): string {
  return item === 'unchanged' ? item : tableKey(item.connection, item.table_name);
}

function toggled(now: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(now);
  if (!next.delete(key)) next.add(key);
  return next;
}
