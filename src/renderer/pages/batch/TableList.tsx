import { useCallback, useMemo, useState } from 'react';
import type { TableRow } from '../../../shared/contract.ts';
import { BatchStatus } from '../../../shared/status.ts';
import { type BatchView, type RunningTable, tableKey } from '../../../shared/window/views.ts';
import { useCommand } from '../../data/useCommand.ts';
import { useLabels } from '../../data/useLabels.ts';
import { useMay } from '../../data/useMay.ts';
import { ScrollTable } from '../../parts/ScrollTable.tsx';
import { refOf } from '../../parts/trouble/refs.ts';
import { useT } from '../../words/LanguageProvider.tsx';
import { TableListHead, widthsOf } from './TableListHead.tsx';
import { TableListRow } from './TableListRow.tsx';
import { hasFailure } from './tableFilter.ts';
import type { Sort, SortKey } from './tableOrder.ts';

/** A row of one line, in pixels. */
const ROW_HEIGHT = 58;

/** The tables of a batch, each with why it failed, where that is asked for. */
export function TableList({
  view,
  rows,
  running,
  sort,
  onSort,
}: {
  readonly view: BatchView;
  readonly rows: readonly TableRow[];
  readonly running: ReadonlyMap<string, RunningTable>;
  readonly sort: Sort;
  readonly onSort: (by: SortKey) => void;
}) {
  const t = useT();
  const labelOf = useLabels();
  const { run: mayRun, whyNotRun } = useMay();
  const { mutate, isPending, variables } = useCommand('resume');
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const toggle = useCallback((key: string) => setOpen((now) => toggled(now, key)), []);
  const batchId = view.batch.batch_id;
  const atWork = view.batch.status === BatchStatus.Running;
  const retry = useCallback(
    (row: TableRow) => mutate([batchId, { tables: [refOf(row)] }]),
    [mutate, batchId],
  );
  // Asked for once and not in each row: rows come and go while a person scrolls.
  const actions = useMemo(
    () => ({ retry: view.resumable ? retry : null, mayRun, whyNotRun, toggle }),
    [view.resumable, retry, mayRun, whyNotRun, toggle],
  );
  // Of all tables: what is searched for changes no columns.
  const hasActions = useMemo(() => view.tables.some(hasFailure), [view.tables]);
  const widths = useMemo(() => widthsOf(hasActions), [hasActions]);
  const [retried] = (isPending && variables[1].tables) || [];
  return (
    <ScrollTable
      label={t('batchPage.tabs.tables')}
      rows={rows}
      keyOf={keyOf}
      rowHeight={ROW_HEIGHT}
      widths={widths}
      head={<TableListHead sort={sort} hasActions={hasActions} onSort={onSort} />}
    >
      {(row, rowIndex) => {
        const key = keyOf(row);
        return (
          <TableListRow
            row={row}
            rowIndex={rowIndex}
            live={running.get(key)}
            usual={view.usual[key]}
            atWork={atWork}
            label={labelOf(row.connection)}
            actions={actions}
            hasActions={hasActions}
            isOpen={open.has(key)}
            isRetried={retried !== undefined && tableKey(retried.connection, retried.table) === key}
          />
        );
      }}
    </ScrollTable>
  );
}

function keyOf(row: TableRow): string {
  return tableKey(row.connection, row.table_name);
}

function toggled(now: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(now);
  if (!next.delete(key)) next.add(key);
  return next;
}
