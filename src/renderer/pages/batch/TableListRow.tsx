import { ActionIcon, Text, Tooltip } from '@mantine/core';
import { IconChevronDown, IconChevronUp, IconRefresh } from '@tabler/icons-react';
import { memo } from 'react';
import { type TableRow, UNKNOWN_TABLES } from '../../../shared/contract.ts';
import { TableStatus } from '../../../shared/status.ts';
import type { RunningTable, Usual } from '../../../shared/window/views.ts';
import { useCommand } from '../../data/useCommand.ts';
import { useLabels } from '../../data/useLabels.ts';
import { useMay } from '../../data/useMay.ts';
import { StatusMark } from '../../parts/StatusMark.tsx';
import { refOf } from '../../parts/trouble/refs.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { FailureDetails } from './FailureDetails.tsx';
import { withLive } from './liveRows.ts';
import { RunningCell } from './RunningCell.tsx';
import classes from './TableList.module.css';
import { WIDTHS } from './TableListHead.tsx';
import { UsualCell } from './UsualCell.tsx';

interface Props {
  readonly row: TableRow;
  readonly rowIndex: number;
  readonly live: RunningTable | undefined;
  readonly usual: Usual | undefined;
  readonly canRetry: boolean;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

/** One table of a batch: its cells, and below them why it failed, where that is asked for. */
export const TableListRow = memo(function TableListRow(props: Props) {
  const t = useT();
  const format = useFormat();
  const { live, usual, isOpen } = props;
  const row = withLive(props.row, live);
  const hasRun = row.started_at !== null;
  const count = (value: number): string => (hasRun ? format.count(value) : '');
  return (
    <>
      <tr aria-rowindex={props.rowIndex} className={classes.row}>
        <td>
          <StatusMark of={row.status} kind="table" />
        </td>
        <NameCell row={row} />
        <td>{row.strategy === null ? '' : t(`log.strategy.${row.strategy}`)}</td>
        <td className={classes.number}>{count(row.records_processed)}</td>
        <td className={classes.number}>{count(row.records_skipped)}</td>
        <td className={classes.number}>{count(row.records_deleted)}</td>
        <td className={classes.number}>{hasRun ? format.bytes(row.bytes) : ''}</td>
        <td className={classes.number}>
          {row.status === TableStatus.InProgress && live !== undefined ? (
            <RunningCell row={row} live={live} />
          ) : (
            <UsualCell row={row} usual={usual} />
          )}
        </td>
        <ActionsCell {...props} />
      </tr>
      {isOpen && (
        <tr aria-rowindex={props.rowIndex}>
          <td colSpan={WIDTHS.length}>
            <div className={classes.details}>
              <FailureDetails row={row} />
            </div>
          </td>
        </tr>
      )}
    </>
  );
});

function NameCell({ row }: { readonly row: TableRow }) {
  const t = useT();
  const labelOf = useLabels();
  const name = row.table_name === UNKNOWN_TABLES ? t('batchPage.unknownTables') : row.table_name;
  const label = labelOf(row.connection);
  return (
    <th scope="row">
      <Text fw={600} size="sm" truncate title={name}>
        {name}
      </Text>
      <Text size="xs" c="dimmed" fw={400} truncate title={label}>
        {label}
      </Text>
    </th>
  );
}

function ActionsCell({ row, canRetry, isOpen, onToggle }: Props) {
  const t = useT();
  const { run, whyNotRun } = useMay();
  const resume = useCommand('resume');
  if (row.error_code === null && row.status !== TableStatus.Failed) return <td className={classes.last} />;
  const name = { table: row.table_name };
  const retry = t('batchPage.retryOne', name);
  const details = t('batchPage.details', name);
  const Chevron = isOpen ? IconChevronUp : IconChevronDown;
  return (
    <td className={classes.last}>
      <div className={classes.actions}>
        {canRetry && (
          <Tooltip label={whyNotRun ?? retry}>
            <ActionIcon
              variant="default"
              size="lg"
              aria-label={retry}
              disabled={!run}
              loading={resume.isPending}
              onClick={() => resume.mutate([row.batch_id, { tables: [refOf(row)] }])}
            >
              <IconRefresh size={18} aria-hidden />
            </ActionIcon>
          </Tooltip>
        )}
        <Tooltip label={details}>
          <ActionIcon
            variant="default"
            size="lg"
            aria-label={details}
            aria-expanded={isOpen}
            onClick={onToggle}
          >
            <Chevron size={18} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </div>
    </td>
  );
}
