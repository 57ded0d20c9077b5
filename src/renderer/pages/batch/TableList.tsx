import { useState } from 'react';
import type { TableRow } from '../../../shared/contract.ts';
import { type BatchView, type RunningTable, tableKey } from '../../../shared/window/views.ts';
import { ScrollTable } from '../../parts/ScrollTable.tsx';
import { useT } from '../../words/LanguageProvider.tsx';
import { TableListHead, WIDTHS } from './TableListHead.tsx';
import { TableListRow } from './TableListRow.tsx';
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
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  return (
    <ScrollTable
      label={t('batchPage.tabs.tables')}
      rows={rows}
      keyOf={keyOf}
      rowHeight={ROW_HEIGHT}
      widths={WIDTHS}
      head={<TableListHead sort={sort} onSort={onSort} />}
    >
      {(row, rowIndex) => {
        const key = keyOf(row);
        return (
          <TableListRow
            row={row}
            rowIndex={rowIndex}
            live={running.get(key)}
            usual={view.usual[key]}
            canRetry={view.resumable}
            isOpen={open.has(key)}
            onToggle={() => setOpen((now) => toggled(now, key))}
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
