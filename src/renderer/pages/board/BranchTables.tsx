import type { FleetTable } from '../../../shared/fleet.ts';
import { Strategy, TableStatus } from '../../../shared/status.ts';
import { visible } from '../../../shared/visible.ts';
import cells from '../../parts/Cells.module.css';
import { Empty } from '../../parts/Page.tsx';
import { useVirtualRows } from '../../parts/useVirtualRows.ts';
import { VirtualTable } from '../../parts/VirtualTable.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { isOneOf } from './boardFilter.ts';
import { StatusCell } from './StatusCell.tsx';

const ROW_HEIGHT = 56;
const COLUMNS = ['table', 'status', 'way', 'data', 'ended'] as const;
const WIDTHS =
  'minmax(7.5rem, 1.5fr) minmax(7.5rem, 1.3fr) minmax(5.5rem, 0.9fr) minmax(8.5rem, 1.1fr) minmax(5.5rem, 0.8fr)';

/** Tables that a branch has reported: failed ones first. */
export function BranchTables({
  tables,
  label,
}: {
  readonly tables: readonly FleetTable[];
  readonly label: string;
}) {
  const t = useT();
  const rows = useVirtualRows(tables.length, ROW_HEIGHT);
  const sorted = [...tables.filter(isFailed), ...tables.filter((one) => !isFailed(one))];
  if (tables.length === 0) return <Empty title={t('boardPage.noTable')}>{t('boardPage.noTableNext')}</Empty>;
  return (
    <VirtualTable
      rows={rows}
      label={label}
      columns={COLUMNS.map((key) => ({ key, head: t(`boardPage.tableColumn.${key}`) }))}
      widths={WIDTHS}
      keyOf={(index) => sorted[index]?.table_name ?? index}
    >
      {(index) => {
        const table = sorted[index];
        return table === undefined ? null : <TableLine table={table} />;
      }}
    </VirtualTable>
  );
}

function isFailed({ status }: FleetTable): boolean {
  return status === TableStatus.Failed;
}

function TableLine({ table }: { readonly table: FleetTable }) {
  const t = useT();
  const format = useFormat();
  const { status, strategy, error_code: error, records_processed: written } = table;
  const name = visible(table.table_name);
  const why = error === null ? null : t('boardPage.reported', { code: visible(error) });
  const way = strategy !== null && isOneOf(Strategy, strategy) ? t(`strategy.short.${strategy}`) : '–';
  return (
    // biome-ignore-start lint/a11y/useSemanticElements: see VirtualTable.
    <>
      <div role="cell" className={cells.cell}>
        <strong title={name}>{name}</strong>
      </div>
      <StatusCell kind="table" status={status} why={why} />
      <div role="cell" className={cells.cell}>
        <span title={way}>{way}</span>
      </div>
      <div role="cell" className={cells.cell}>
        <span>{t('boardPage.rows', { count: written, number: format.count(written) })}</span>
        <span className={cells.less}>{format.bytes(Math.max(0, table.bytes))}</span>
      </div>
      <div role="cell" className={cells.cell}>
        <span title={format.dateTime(table.ended_at)}>{format.shortTime(table.ended_at)}</span>
      </div>
    </>
    // biome-ignore-end lint/a11y/useSemanticElements: see VirtualTable.
  );
}
