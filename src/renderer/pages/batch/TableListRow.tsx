import { ActionIcon, Text } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconChevronDown, IconChevronUp, IconRefresh } from '@tabler/icons-react';
import { memo } from 'react';
import { type TableRow, tableKey, UNKNOWN_TABLES } from '../../../shared/contract.ts';
import { TableStatus } from '../../../shared/status.ts';
import { visible } from '../../../shared/visible.ts';
import type { RunningTable, Usual } from '../../../window-api/views.ts';
import { ProgressLine, useRunWords } from '../../parts/ProgressLine.tsx';
import { StatusMark } from '../../parts/StatusMark.tsx';
import { seenStatus } from '../../parts/seenStatus.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { type Compared, compareWithUsual, roundFactor } from './past.ts';
import classes from './TableList.module.css';
import { hasFailure, type Sort, type SortKey, withLive } from './tableFilter.ts';
import { FailureDetails } from './WhyFailed.tsx';

interface Props {
  readonly row: TableRow;
  readonly rowIndex: number;
  readonly live: RunningTable | undefined;
  readonly usual: Usual | undefined;
  /** Whether its batch runs now. */
  readonly atWork: boolean;
  /** The name that people know its connection by. */
  readonly label: string;
  readonly actions: RowActions;
  /** Whether any row of the list has something that can be done. */
  readonly hasActions: boolean;
  readonly isOpen: boolean;
  /** Whether its retry has been asked for and has not begun yet. */
  readonly isRetried: boolean;
}

/** What can be done with a row; the same object for all rows, until something of it changes. */
interface RowActions {
  /** Null where there is nothing to retry in this batch. */
  readonly retry: ((row: TableRow) => void) | null;
  readonly mayRun: boolean;
  readonly whyNotRun: string | undefined;
  readonly toggle: (key: string) => void;
}

/** One table of a batch: its cells, and below them why it failed, where that is asked for. */
export const TableListRow = memo(function TableListRow(props: Props) {
  const t = useT();
  const format = useFormat();
  const { live, usual, isOpen, hasActions } = props;
  const row = withLive(props.row, live);
  const hasRun = row.started_at !== null;
  const count = (value: number): string => (hasRun ? format.count(value) : '');
  return (
    <>
      <tr aria-rowindex={props.rowIndex} className={classes.row}>
        <td>
          <StatusMark of={seenStatus(row.status, props.atWork)} kind="table" />
        </td>
        <NameCell row={row} label={props.label} />
        <td className={classes.number}>{count(row.records_processed)}</td>
        <td className={classes.number}>
          {row.status === TableStatus.InProgress && live !== undefined ? (
            <RunningCell row={row} live={live} />
          ) : (
            <UsualCell row={row} usual={usual} />
          )}
        </td>
        <td>{row.strategy === null ? '' : t(`strategy.name.${row.strategy}`)}</td>
        <td className={classes.number}>{count(row.records_skipped)}</td>
        <td className={classes.number}>{count(row.records_deleted)}</td>
        <td className={classes.number}>{hasRun ? format.bytes(row.bytes) : ''}</td>
        {hasActions && <ActionsCell {...props} />}
      </tr>
      {isOpen && hasFailure(props.row) && (
        <tr aria-rowindex={props.rowIndex}>
          <td colSpan={widthsOf(hasActions).length}>
            <div className={classes.details}>
              <FailureDetails row={row} />
            </div>
          </td>
        </tr>
      )}
    </>
  );
});

function NameCell({ row, label }: { readonly row: TableRow; readonly label: string }) {
  const t = useT();
  const name = row.table_name === UNKNOWN_TABLES ? t('batchPage.unknownTables') : visible(row.table_name);
  return (
    <th scope="row">
      <div className={classes.name} title={name}>
        {name}
      </div>
      <div className={classes.of} title={label}>
        {label}
      </div>
    </th>
  );
}

function ActionsCell({ row, actions, isOpen, isRetried }: Props) {
  const t = useT();
  const { retry: retryRow, mayRun, whyNotRun, toggle } = actions;
  if (!hasFailure(row)) return <td className={classes.last} />;
  const name = { table: row.table_name };
  const retry = t('batchPage.retryOne', name);
  const details = t('batchPage.details', name);
  const Chevron = isOpen ? IconChevronUp : IconChevronDown;
  return (
    <td className={classes.last}>
      <div className={classes.actions}>
        {retryRow !== null && (
          <ActionIcon
            variant="default"
            size="lg"
            aria-label={retry}
            title={whyNotRun ?? retry}
            disabled={!mayRun}
            loading={isRetried}
            onClick={() => retryRow(row)}
          >
            <IconRefresh size={18} aria-hidden />
          </ActionIcon>
        )}
        <ActionIcon
          variant="default"
          size="lg"
          aria-label={details}
          title={details}
          aria-expanded={isOpen}
          onClick={() => toggle(tableKey(row.connection, row.table_name))}
        >
          <Chevron size={18} aria-hidden />
        </ActionIcon>
      </div>
    </td>
  );
}

/** How far a table is that is being copied now. */
function RunningCell({ row, live }: { readonly row: TableRow; readonly live: RunningTable }) {
  const t = useT();
  const format = useFormat();
  const { left } = useRunWords();
  const estimated = row.estimated_rows;
  const done = row.records_processed + row.records_skipped;
  const fraction = estimated === null || estimated <= 0 ? null : Math.min(1, done / estimated);
  const text =
    fraction === null || estimated === null
      ? t('todayPage.running.rows', { rows: format.count(done) })
      : t('batchPage.ofAbout', { percent: format.percent(fraction), rows: format.count(estimated) });
  return (
    <>
      <ProgressLine
        size="sm"
        label={t('todayPage.running.tableLabel', { table: row.table_name })}
        fraction={fraction}
        text={text}
      />
      <Text size="xs" mt={4}>
        {left(live.etaSeconds)}
      </Text>
    </>
  );
}

/** What a table took; where that is not its usual, how far from it. */
function UsualCell({ row, usual }: { readonly row: TableRow; readonly usual: Usual | undefined }) {
  const t = useT();
  const format = useFormat();
  const seconds = row.duration_seconds;
  if (seconds === null) return null;
  const rows = row.records_processed + row.records_skipped;
  // What a table took until it failed says nothing about its usual.
  const isDone = row.status === TableStatus.Completed;
  const compared = isDone ? compareWithUsual(seconds, rows, usual) : null;
  if (usual === undefined || compared === null || compared.kind === 'as') return format.duration(seconds);
  const usually = format.duration(usual.seconds);
  const isLonger = compared.kind === 'longer';
  return (
    <>
      {format.duration(seconds)}
      <span className={classes.usual}>
        <span
          className={classes.took}
          data-longer={isLonger || undefined}
          style={{ width: `${Math.min(100, compared.factor * 50)}%` }}
        />
      </span>
      <Text size="xs" mt={4} className={isLonger && compared.moreRows === null ? classes.longer : undefined}>
        {say(compared)}
      </Text>
    </>
  );

  function say({ kind, factor, moreRows }: Compared): string {
    if (kind === 'shorter') return t('batchPage.usual.shorter', { usual: usually });
    const longer = { factor: format.factor(roundFactor(factor)), usual: usually };
    if (moreRows === null) return t('batchPage.usual.longer', longer);
    return t('batchPage.usual.more', { ...longer, rows: format.factor(roundFactor(moreRows)) });
  }
}

/** What is asked for most comes first: on a small screen the last ones are reached by scrolling. */
const COLUMNS = [
  { key: 'status', sort: 'status', isNumber: false, width: '8.5rem' },
  { key: 'table', sort: 'table', isNumber: false, width: '11rem' },
  { key: 'rows', sort: 'rows', isNumber: true, width: '8rem' },
  { key: 'duration', sort: 'duration', isNumber: true, width: '11rem' },
  { key: 'strategy', sort: null, isNumber: false, width: '13rem' },
  { key: 'skipped', sort: 'skipped', isNumber: true, width: '11rem' },
  { key: 'deleted', sort: 'deleted', isNumber: true, width: '6rem' },
  { key: 'bytes', sort: 'bytes', isNumber: true, width: '6.5rem' },
  { key: 'actions', sort: null, isNumber: false, width: '6.5rem' },
] as const;

/** Of the columns; that of what can be done is there where a row has something that can be. */
export function widthsOf(hasActions: boolean): readonly string[] {
  return columnsOf(hasActions).map(({ width }) => width);
}

function columnsOf(hasActions: boolean) {
  return hasActions ? COLUMNS : COLUMNS.filter(({ key }) => key !== 'actions');
}

/** The heads of the columns; a click sorts. */
export function TableListHead({
  sort,
  hasActions,
  onSort,
}: {
  readonly sort: Sort;
  readonly hasActions: boolean;
  readonly onSort: (by: SortKey) => void;
}) {
  const t = useT();
  return columnsOf(hasActions).map(({ key, sort: by, isNumber }) => {
    const name = t(`batchPage.column.${key}`);
    if (by === null)
      return (
        <th key={key} scope="col" className={key === 'actions' ? classes.last : undefined}>
          <span className={key === 'actions' ? classes.unseen : undefined}>{name}</span>
        </th>
      );
    const isSorted = by === sort.by;
    const Arrow = sort.descending ? IconArrowDown : IconArrowUp;
    const direction = sort.descending ? 'descending' : 'ascending';
    return (
      <th
        key={key}
        scope="col"
        aria-sort={isSorted ? direction : 'none'}
        className={isNumber ? classes.number : undefined}
      >
        <button
          type="button"
          className={classes.sort}
          title={t('batchPage.sortBy', { column: name })}
          onClick={() => onSort(by)}
        >
          {name}
          {isSorted && <Arrow size={14} aria-hidden />}
        </button>
      </th>
    );
  });
}
