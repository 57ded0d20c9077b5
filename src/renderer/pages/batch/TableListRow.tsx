import { ActionIcon, Text } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconChevronDown, IconChevronUp, IconRefresh } from '@tabler/icons-react';
import { Fragment, memo, type ReactNode } from 'react';
import { Link } from 'wouter';
import { type TableRow, tableKey } from '../../../shared/contract.ts';
import { TableStatus } from '../../../shared/status.ts';
import { trafficText } from '../../../shared/texts/trafficText.ts';
import { visible } from '../../../shared/visible.ts';
import type { RunningTable, Usual } from '../../../window-api/views.ts';
import { ProgressLine, useRunWords } from '../../parts/ProgressLine.tsx';
import { StatusMark } from '../../parts/StatusMark.tsx';
import { seenStatus } from '../../parts/seenStatus.ts';
import { tableAddress } from '../../parts/tableAddress.ts';
import type { Room } from '../../parts/useRoom.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { type Compared, compareWithUsual, roundFactor } from './past.ts';
import classes from './TableList.module.css';
import type { ColumnKey, TableColumn } from './tableColumns.ts';
import { checkedOf, hasFailure, type Sort, type SortKey, withLive } from './tableFilter.ts';
import { TechnicalDetails } from './WhyFailed.tsx';

interface Props {
  readonly row: TableRow;
  readonly rowIndex: number;
  readonly columns: readonly TableColumn[];
  readonly room: Room;
  readonly live: RunningTable | undefined;
  readonly usual: Usual | undefined;
  /** Whether its batch runs now. */
  readonly atWork: boolean;
  /** The connection's display name. */
  readonly label: string;
  readonly actions: RowActions;
  readonly isOpen: boolean;
  /** Whether a retry was requested but has not begun. */
  readonly isRetried: boolean;
}

/** Actions of a row. All rows share the same object, so that they do not redraw until it changes. */
interface RowActions {
  /** Null if nothing can be retried in this batch. */
  readonly retry: ((row: TableRow) => void) | null;
  readonly mayRun: boolean;
  readonly whyNotRun: string | undefined;
  readonly toggle: (key: string) => void;
}

/** One table of a batch: its cells, and on request what a server said about its failure below. */
export const TableListRow = memo(function TableListRow(props: Props) {
  const row = withLive(props.row, props.live);
  return (
    <>
      <tr aria-rowindex={props.rowIndex} className={classes.row}>
        {props.columns.map(({ key }) => (
          <Fragment key={key}>{CELLS[key]({ ...props, row })}</Fragment>
        ))}
      </tr>
      {props.isOpen && hasFailure(props.row) && (
        <tr aria-rowindex={props.rowIndex}>
          <td colSpan={props.columns.length}>
            <div className={classes.details}>
              <TechnicalDetails rows={[row]} />
            </div>
          </td>
        </tr>
      )}
    </>
  );
});

const CELLS: Readonly<Record<ColumnKey, (props: Props) => ReactNode>> = {
  table: (props) => <NameCell {...props} />,
  status: (props) => (
    <td>
      <Status {...props} />
      {props.room === 'medium' && <Way row={props.row} />}
    </td>
  ),
  strategy: ({ row }) => (
    <td>
      <Way row={row} />
    </td>
  ),
  rows: (props) => <RowsCell {...props} />,
  checked: ({ row }) => <CountCell row={row} value={checkedOf(row)} />,
  deleted: ({ row }) => <CountCell row={row} value={row.records_deleted} />,
  duration: (props) => <DurationCell {...props} />,
  bytes: ({ row }) => <BytesCell row={row} />,
  sent: (props) => <SentCell {...props} />,
  actions: (props) => <ActionsCell {...props} />,
};

function Status({ row, atWork }: Props) {
  return <StatusMark of={seenStatus(row.status, atWork)} kind="table" />;
}

/** How the table was copied. */
function Way({ row }: { readonly row: TableRow }) {
  const t = useT();
  return row.strategy === null ? null : (
    <div className={classes.less}>{t(`strategy.short.${row.strategy}`)}</div>
  );
}

function NameCell(props: Props) {
  const t = useT();
  const { row, label, room } = props;
  return (
    <th scope="row">
      {row.all_tables ? (
        <div className={classes.name}>{t('batchPage.unknownTables')}</div>
      ) : (
        <Link
          href={tableAddress({ connection: row.connection, table: row.table_name })}
          className={classes.name ?? ''}
        >
          {visible(row.table_name)}
        </Link>
      )}
      <div className={classes.less}>{label}</div>
      {room === 'narrow' && (
        <div className={classes.beside}>
          <Status {...props} />
          <Way row={row} />
        </div>
      )}
    </th>
  );
}

/** Rows written, and what has no column of its own. */
function RowsCell({ row, room }: Props) {
  const t = useT();
  const format = useFormat();
  if (row.started_at === null) return <td />;
  return (
    <td className={classes.number}>
      {format.count(row.records_processed)}
      {room !== 'wide' && (
        <>
          <div className={classes.less}>
            {t('batchPage.sameOf', { number: format.count(checkedOf(row)) })}
          </div>
          {row.records_deleted > 0 && (
            <div className={classes.less}>
              {t('batchPage.deletedToo', { number: format.count(row.records_deleted) })}
            </div>
          )}
        </>
      )}
    </td>
  );
}

function CountCell({ row, value }: { readonly row: TableRow; readonly value: number }) {
  const format = useFormat();
  return <td className={classes.number}>{row.started_at === null ? '' : format.count(value)}</td>;
}

function BytesCell({ row }: { readonly row: TableRow }) {
  const format = useFormat();
  return <td className={classes.number}>{row.started_at === null ? '' : format.bytes(row.bytes)}</td>;
}

function DurationCell({ row, live, usual, room }: Props) {
  const t = useT();
  const format = useFormat();
  const isRunning = row.status === TableStatus.InProgress && live !== undefined;
  return (
    <td className={classes.number}>
      {isRunning ? <RunningCell row={row} live={live} /> : <UsualCell row={row} usual={usual} />}
      {room === 'narrow' && row.ended_at !== null && row.sent_bytes !== null && (
        <div className={classes.less}>{t('counts.sent', { size: format.bytes(row.sent_bytes) })}</div>
      )}
    </td>
  );
}

/** What went to head office for a table that has ended; before compression as a hint. */
function SentCell({ row, room }: Props) {
  const t = useT();
  const format = useFormat();
  if (row.ended_at === null || row.started_at === null) return <td />;
  return (
    <td className={classes.number} title={trafficText(row, t, format.bytes)}>
      {row.sent_bytes === null ? t('words.link.unknown') : format.bytes(row.sent_bytes)}
      {room === 'medium' && (
        <div className={classes.less}>{t('batchPage.readOf', { size: format.bytes(row.bytes) })}</div>
      )}
    </td>
  );
}

function ActionsCell({ row, actions, isOpen, isRetried }: Props) {
  const t = useT();
  const { retry: retryRow, mayRun, whyNotRun, toggle } = actions;
  if (!hasFailure(row)) return <td />;
  const name = { table: row.table_name };
  const retry = t('batchPage.retryOne', name);
  const details = t('batchPage.details', name);
  const Chevron = isOpen ? IconChevronUp : IconChevronDown;
  return (
    <td>
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

/** Progress of a table that is being copied. */
function RunningCell({ row, live }: { readonly row: TableRow; readonly live: RunningTable }) {
  const t = useT();
  const format = useFormat();
  const { left } = useRunWords();
  const estimated = row.estimated_rows;
  const done = checkedOf(row);
  const fraction = estimated === null || estimated <= 0 ? null : Math.min(1, done / estimated);
  const text =
    fraction === null || estimated === null
      ? t('counts.checked', { count: done, number: format.count(done) })
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

/** How long a table took, and the difference if that is unusual. */
function UsualCell({ row, usual }: { readonly row: TableRow; readonly usual: Usual | undefined }) {
  const t = useT();
  const format = useFormat();
  const seconds = row.duration_seconds;
  if (seconds === null) return null;
  const rows = checkedOf(row);
  // The duration of a failed run cannot be compared with the usual one.
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

/** The column headings; a click sorts. */
export function TableListHead({
  sort,
  columns,
  onSort,
}: {
  readonly sort: Sort;
  readonly columns: readonly TableColumn[];
  readonly onSort: (by: SortKey) => void;
}) {
  const t = useT();
  return columns.map(({ key, sort: by, isNumber }) => {
    const name = t(`batchPage.column.${key}`);
    if (by === null)
      return (
        <th key={key} scope="col">
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
