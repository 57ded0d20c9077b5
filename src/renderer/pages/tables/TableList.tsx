import { IconArrowDown, IconArrowsSort, IconArrowUp } from '@tabler/icons-react';
import { type TableState, tableKey } from '../../../shared/window/views.ts';
import { useLive } from '../../data/liveStore.ts';
import { useNow } from '../../data/useNow.ts';
import { useVirtualRows } from '../../parts/useVirtualRows.ts';
import { type Column, VirtualTable } from '../../parts/VirtualTable.tsx';
import { useT } from '../../words/LanguageProvider.tsx';
import { TableLine } from './TableLine.tsx';
import classes from './TableList.module.css';
import { SORTS, type Sort, sortedBy, type TableFilter } from './tableFilter.ts';

const ROW_HEIGHT = 56;
/** Shares of the whole where it is narrow, as at 150 % zoom. */
const WIDTHS = [
  'minmax(min(7rem, 14.5%), 1.3fr)',
  'minmax(min(9.5rem, 20%), 1.35fr)',
  'minmax(min(7.75rem, 19%), 1.15fr)',
  'minmax(min(7rem, 15.5%), 1fr)',
  'minmax(min(10.5rem, 23%), 1.5fr)',
].join(' ');

/** Tables one below the other, thousands of them; each leads to its details. */
export function TableList({
  tables,
  filter,
  setFilter,
  search,
}: {
  readonly tables: readonly TableState[];
  readonly filter: TableFilter;
  readonly setFilter: (filter: TableFilter) => void;
  /** The query that the links take along. */
  readonly search: string;
}) {
  const t = useT();
  const now = useNow();
  const live = useLive();
  const rows = useVirtualRows(tables.length, ROW_HEIGHT);
  const running = new Set(live?.run?.tables.map(({ connection, table }) => tableKey(connection, table)));
  const columns = SORTS.map(
    (key): Column => ({
      key,
      sort: ariaSort(filter, key),
      head: (
        <button type="button" className={classes.head} onClick={() => setFilter(sortedBy(filter, key))}>
          <span>{t(`tablesPage.column.${key}`)}</span>
          <SortMark sort={ariaSort(filter, key)} />
        </button>
      ),
    }),
  );
  return (
    <VirtualTable
      rows={rows}
      label={t('tablesPage.list')}
      columns={columns}
      widths={WIDTHS}
      keyOf={(index) => {
        const state = tables[index];
        return state === undefined ? index : tableKey(state.connection, state.table);
      }}
    >
      {(index) => {
        const state = tables[index];
        if (state === undefined) return null;
        const isRunning = running.has(tableKey(state.connection, state.table));
        return <TableLine state={state} running={isRunning} now={now} search={search} />;
      }}
    </VirtualTable>
  );
}

function ariaSort(filter: TableFilter, sort: Sort): 'ascending' | 'descending' | 'none' {
  if (filter.sort !== sort) return 'none';
  return filter.down ? 'descending' : 'ascending';
}

function SortMark({ sort }: { readonly sort: 'ascending' | 'descending' | 'none' }) {
  if (sort === 'ascending') return <IconArrowUp size={14} aria-hidden />;
  if (sort === 'descending') return <IconArrowDown size={14} aria-hidden />;
  return <IconArrowsSort size={14} aria-hidden className={classes.unsorted} />;
}
