import { ActionIcon } from '@mantine/core';
import { IconChevronDown, IconChevronUp, IconRefresh } from '@tabler/icons-react';
import { memo } from 'react';
import { type TableRow, UNKNOWN_TABLES } from '../../../shared/contract.ts';
import { TableStatus } from '../../../shared/status.ts';
import { visible } from '../../../shared/visible.ts';
import { type RunningTable, tableKey, type Usual } from '../../../shared/window/views.ts';
import { StatusMark } from '../../parts/StatusMark.tsx';
import { seenStatus } from '../../parts/seenStatus.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { FailureDetails } from './FailureDetails.tsx';
import { withLive } from './liveRows.ts';
import { RunningCell } from './RunningCell.tsx';
import classes from './TableList.module.css';
import { widthsOf } from './TableListHead.tsx';
import { hasFailure } from './tableFilter.ts';
import { UsualCell } from './UsualCell.tsx';

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
export interface RowActions {
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
        <td>{row.strategy === null ? '' : t(`log.strategy.${row.strategy}`)}</td>
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
