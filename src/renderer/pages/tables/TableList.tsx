import { IconArrowDown, IconArrowsSort, IconArrowUp } from '@tabler/icons-react';
import { memo, type ReactNode, useMemo } from 'react';
import { Link } from 'wouter';
import { type TableName, tableKey } from '../../../shared/contract.ts';
import { assertNever, TableStatus } from '../../../shared/status.ts';
import type { Translate } from '../../../shared/texts/translate.ts';
import { visible } from '../../../shared/visible.ts';
import type { TableState } from '../../../window-api/views.ts';
import { useLive } from '../../data/BridgeProvider.tsx';
import { useNow } from '../../data/useNow.ts';
import cells from '../../parts/Cells.module.css';
import { StatusMark } from '../../parts/StatusMark.tsx';
import { tableAddress } from '../../parts/tableAddress.ts';
import { type Room, useRoom } from '../../parts/useRoom.ts';
import { useVirtualRows } from '../../parts/useVirtualRows.ts';
import { type Column, VirtualTable } from '../../parts/VirtualTable.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { ProofMark } from './ProofFound.tsx';
import { chooserOf, wayOf } from './pastRuns.ts';
import { proofWords } from './proof.ts';
import { BLOCK, RunSpark } from './RunSpark.tsx';
import classes from './TableList.module.css';
import { rowsOf, type Sort, sortedBy, statusOf, type TableFilter, upToOf } from './tableFilter.ts';

const ROW_HEIGHT = 56;

/** Columns, and their widths in rem where all fit; they share the room that there is. */
const COLUMNS: Readonly<Record<Room, readonly (readonly [ColumnKey, number])[]>> = {
  narrow: [
    ['table', 11],
    ['status', 9],
    ['success', 8],
  ],
  medium: [
    ['table', 8.5],
    ['status', 6.75],
    ['rows', 4.75],
    ['runs', 5.75],
    ['success', 6.75],
    ['proof', 9],
  ],
  wide: [
    ['table', 12],
    ['status', 8],
    ['way', 10],
    ['rows', 6],
    ['runs', 8],
    ['success', 9],
    ['proof', 11],
  ],
};

type ColumnKey = Exclude<Sort, 'trouble'> | 'runs';

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
  const room = useRoom();
  const blocks = useMemo(() => blocksOf(tables), [tables]);
  const columns = COLUMNS[room].map(([key]): Column => {
    const name = t(`tablesPage.column.${key}`);
    if (key === 'runs') return { key, head: name };
    return {
      key,
      sort: ariaSort(filter, key),
      head: (
        <button type="button" className={classes.head} onClick={() => setFilter(sortedBy(filter, key))}>
          <span>{name}</span>
          <SortMark sort={ariaSort(filter, key)} />
        </button>
      ),
    };
  });
  const widths = COLUMNS[room].map(([, rem]) => `minmax(0, ${rem}fr)`).join(' ');
  return (
    <VirtualTable
      rows={rows}
      label={t('tablesPage.list')}
      columns={columns}
      widths={widths}
      keyOf={(index) => {
        const state = tables[index];
        return state === undefined ? index : tableKey(state.connection, state.table);
      }}
    >
      {(index) => {
        const state = tables[index];
        if (state === undefined) return null;
        const isRunning = running.has(tableKey(state.connection, state.table));
        return (
          <TableLine
            state={state}
            running={isRunning}
            now={now}
            search={search}
            room={room}
            // Read for a block of rows at a time, as it comes near the screen.
            block={blocks[Math.floor(index / BLOCK)] ?? NO_TABLES}
          />
        );
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
  room,
  block,
}: {
  readonly state: TableState;
  readonly running: boolean;
  readonly now: Date;
  readonly search: string;
  readonly room: Room;
  readonly block: readonly TableName[];
}) {
  const format = useFormat();
  const shown = running ? { ...state, now: TableStatus.InProgress } : state;
  return (
    // biome-ignore-start lint/a11y/useSemanticElements: see VirtualTable.
    <>
      {COLUMNS[room].map(([key]) => (
        <div key={key} role="cell" className={`${cells.cell} ${key === 'rows' ? classes.number : ''}`}>
          {cellOf(key)}
        </div>
      ))}
    </>
    // biome-ignore-end lint/a11y/useSemanticElements: see VirtualTable.
  );

  function cellOf(key: ColumnKey): ReactNode {
    switch (key) {
      case 'table':
        return <NameCell state={state} search={search} />;
      case 'status':
        return <StatusCell state={shown} room={room} />;
      case 'way':
        return <WayCell state={state} />;
      case 'rows': {
        const rows = rowsOf(state);
        return rows === null ? '–' : format.count(rows);
      }
      case 'runs':
        return <RunSpark table={state} block={block} />;
      case 'success':
        return <UpToCell state={state} now={now} />;
      case 'proof':
        return <ProofMark verified={state.verified} />;
      default:
        return assertNever(key);
    }
  }
});

function NameCell({ state, search }: { readonly state: TableState; readonly search: string }) {
  const name = visible(state.table);
  const label = visible(state.label);
  return (
    <>
      <Link href={`${tableAddress(state)}${search}`} className={cells.link ?? ''} title={name}>
        {name}
      </Link>
      <span className={cells.less} title={label}>
        {label}
      </span>
    </>
  );
}

function StatusCell({ state, room }: { readonly state: TableState; readonly room: Room }) {
  const t = useT();
  const format = useFormat();
  const status = statusOf(state);
  const beside =
    besideStatus(status, state, t) ?? (room === 'narrow' ? proofWords(state.verified, t, format).main : null);
  return (
    <>
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
    </>
  );
}

function WayCell({ state }: { readonly state: TableState }) {
  const t = useT();
  const known = wayOf(state);
  const way = t(`strategy.short.${known ?? 'none'}`);
  const chooser = known === null ? null : t(`tablesPage.chooser.${chooserOf(state)}`);
  return (
    <>
      <span title={way}>{way}</span>
      {chooser !== null && (
        <span className={cells.less} title={chooser}>
          {chooser}
        </span>
      )}
    </>
  );
}

/** Up to when head office has the table's data. */
function UpToCell({ state, now }: { readonly state: TableState; readonly now: Date }) {
  const t = useT();
  const format = useFormat();
  const upTo = upToOf(state);
  if (upTo === null) return <span className={cells.warn}>{t('tablesPage.never')}</span>;
  const time = format.shortTime(upTo);
  const ago = format.ago(upTo, now);
  return (
    <>
      <span title={time}>{time}</span>
      <span className={cells.less} title={ago}>
        {ago}
      </span>
    </>
  );
}

/** The last result of a table that the current batch has not finished yet. */
function besideStatus(shown: TableStatus | undefined, { last }: TableState, t: Translate): string | null {
  const isOpen = shown === TableStatus.InProgress || shown === TableStatus.Pending;
  return last === null || !isOpen
    ? null
    : t('tablesPage.before', { status: t(`words.table.${last.status}`) });
}

const NO_TABLES: readonly TableName[] = [];

/** The tables of a list in blocks, whose runs are read with one question each. */
function blocksOf(tables: readonly TableState[]): readonly (readonly TableName[])[] {
  return Array.from({ length: Math.ceil(tables.length / BLOCK) }, (_, index) =>
    tables.slice(index * BLOCK, (index + 1) * BLOCK).map(({ connection, table }) => ({ connection, table })),
  );
}
