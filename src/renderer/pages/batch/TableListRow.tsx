import { ActionIcon, Text } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconChevronDown, IconChevronUp, IconRefresh } from '@tabler/icons-react';
import { memo } from 'react';
import { type TableRow, tableKey } from '../../../shared/contract.ts';
import { TableStatus } from '../../../shared/status.ts';
import { trafficText } from '../../../shared/texts/trafficText.ts';
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
  /** The connection's display name. */
  readonly label: string;
  readonly actions: RowActions;
  /** Whether any row of the list has actions. */
  readonly hasActions: boolean;
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

/** One table of a batch: its cells, and on request the reason of its failure below. */
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
        <SentCell row={row} />
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
  const name = row.all_tables ? t('batchPage.unknownTables') : visible(row.table_name);
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

/** What went to head office for a table that has ended; before compression as a hint. */
function SentCell({ row }: { readonly row: TableRow }) {
  const t = useT();
  const format = useFormat();
  if (row.ended_at === null || row.started_at === null) return <td />;
  return (
    <td className={classes.number} title={trafficText(row, t, format.bytes)}>
      {row.sent_bytes === null ? t('words.link.unknown') : format.bytes(row.sent_bytes)}
    </td>
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

/** Progress of a table that is being copied. */
function RunningCell({ row, live }: { readonly row: TableRow; readonly live: RunningTable }) {
  const t = useT();
  const format = useFormat();
  const { left } = useRunWords();
  const estimated = row.estimated_rows;
  const done = row.records_processed + row.records_skipped;
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
  const rows = row.records_processed + row.records_skipped;
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

/** The most important columns first: on a small screen the last ones are reached by scrolling. */
const COLUMNS = [
  { key: 'status', sort: 'status', isNumber: false, width: '8.5rem' },
  { key: 'table', sort: 'table', isNumber: false, width: '11rem' },
  { key: 'rows', sort: 'rows', isNumber: true, width: '8rem' },
  { key: 'duration', sort: 'duration', isNumber: true, width: '11rem' },
  { key: 'strategy', sort: null, isNumber: false, width: '13rem' },
  { key: 'skipped', sort: 'skipped', isNumber: true, width: '11rem' },
  { key: 'deleted', sort: 'deleted', isNumber: true, width: '6rem' },
  { key: 'bytes', sort: 'bytes', isNumber: true, width: '6.5rem' },
  { key: 'sent', sort: 'sent', isNumber: true, width: '6.5rem' },
  { key: 'actions', sort: null, isNumber: false, width: '6.5rem' },
] as const;

/** Widths of the columns. The action column exists only if some row has an action. */
export function widthsOf(hasActions: boolean): readonly string[] {
  return columnsOf(hasActions).map(({ width }) => width);
}

function columnsOf(hasActions: boolean) {
  return hasActions ? COLUMNS : COLUMNS.filter(({ key }) => key !== 'actions');
}

/** The column headings; a click sorts. */
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
