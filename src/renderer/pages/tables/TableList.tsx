import { IconArrowDown, IconArrowsSort, IconArrowUp } from '@tabler/icons-react';
import { memo } from 'react';
import { Link } from 'wouter';
import { tableKey } from '../../../shared/contract.ts';
import { TableStatus } from '../../../shared/status.ts';
import type { Translate } from '../../../shared/texts/translate.ts';
import { visible } from '../../../shared/visible.ts';
import type { TableState } from '../../../window-api/views.ts';
import { useLive } from '../../data/BridgeProvider.tsx';
import { useNow } from '../../data/useNow.ts';
import cells from '../../parts/Cells.module.css';
import { StatusMark } from '../../parts/StatusMark.tsx';
import { tableAddress } from '../../parts/tableAddress.ts';
import { useVirtualRows } from '../../parts/useVirtualRows.ts';
import { type Column, VirtualTable } from '../../parts/VirtualTable.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { ProofMark } from './ProofFound.tsx';
import { chooserOf, wayOf } from './pastRuns.ts';
import classes from './TableList.module.css';
import { SORTS, type Sort, sortedBy, statusOf, type TableFilter } from './tableFilter.ts';

const ROW_HEIGHT = 56;
/** Percentages for narrow windows, as at 150 % zoom. */
const WIDTHS = [
  'minmax(min(7rem, 14.5%), 1.3fr)',
  'minmax(min(9.5rem, 20%), 1.35fr)',
  'minmax(min(7.75rem, 19%), 1.15fr)',
  'minmax(min(7rem, 15.5%), 1fr)',
  'minmax(min(10.5rem, 23%), 1.5fr)',
].join(' ');

/** A list of thousands of tables; each links to its details. */
export function TableList({
  tables,
  filter,
  setFilter,
  search,
}: {
  readonly tables: readonly TableState[];
  readonly filter: TableFilter;
  readonly setFilter: (filter: TableFilter) => void;
  /** The query that links keep. */
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

/** The cells of one table: two lines each, plain elements; see BatchLine. */
const TableLine = memo(function TableLine({
  state,
  running,
  now,
  search,
}: {
  readonly state: TableState;
  readonly running: boolean;
  readonly now: Date;
  readonly search: string;
}) {
  const t = useT();
  const format = useFormat();
  const { success } = state;
  const name = visible(state.table);
  const label = visible(state.label);
  const known = wayOf(state);
  const way = t(`strategy.short.${known ?? 'none'}`);
  const chooser = known === null ? null : t(`tablesPage.chooser.${chooserOf(state)}`);
  const status = statusOf(running ? { ...state, now: TableStatus.InProgress } : state);
  const ago = success === null ? null : format.ago(success.endedAt, now);
  const beside = besideStatus(status, state, t);
  return (
    // biome-ignore-start lint/a11y/useSemanticElements: see VirtualTable.
    <>
      <div role="cell" className={cells.cell}>
        <Link href={`${tableAddress(state)}${search}`} className={cells.link ?? ''} title={name}>
          {name}
        </Link>
        <span className={cells.less} title={label}>
          {label}
        </span>
      </div>
      <div role="cell" className={cells.cell}>
        <span title={way}>{way}</span>
        {chooser !== null && (
          <span className={cells.less} title={chooser}>
            {chooser}
          </span>
        )}
      </div>
      <div role="cell" className={cells.cell}>
        {success === null || ago === null ? (
          <span className={cells.warn}>{t('tablesPage.never')}</span>
        ) : (
          <>
            <span title={ago}>{ago}</span>
            <span className={cells.less}>{format.shortTime(success.endedAt)}</span>
          </>
        )}
      </div>
      <div role="cell" className={cells.cell}>
        {status === undefined ? (
          <span className={cells.less}>{t('tablesPage.never')}</span>
        ) : (
          <StatusMark of={status} kind="table" />
        )}
        {beside !== null && (
          <span className={cells.less} title={beside}>
            {beside}
          </span>
        )}
      </div>
      <div role="cell" className={cells.cell}>
        <ProofMark verified={state.verified} />
      </div>
    </>
    // biome-ignore-end lint/a11y/useSemanticElements: see VirtualTable.
  );
});

/** The last result of a table that the current batch has not finished yet. */
function besideStatus(shown: TableStatus | undefined, { last }: TableState, t: Translate): string | null {
  const isOpen = shown === TableStatus.InProgress || shown === TableStatus.Pending;
  return last === null || !isOpen
    ? null
    : t('tablesPage.before', { status: t(`words.table.${last.status}`) });
}
