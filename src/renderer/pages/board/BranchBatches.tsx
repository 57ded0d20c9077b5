import { Link } from 'wouter';
import type { FleetBatch } from '../../../shared/fleet.ts';
import { BatchStatus } from '../../../shared/status.ts';
import { visible } from '../../../shared/visible.ts';
import type { FleetBranchView } from '../../../window-api/views.ts';
import cells from '../../parts/Cells.module.css';
import { Empty } from '../../parts/Page.tsx';
import { useVirtualRows } from '../../parts/useVirtualRows.ts';
import { VirtualTable } from '../../parts/VirtualTable.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { branchAddress } from './boardFilter.ts';
import { StatusCell } from './StatusCell.tsx';

const ROW_HEIGHT = 56;
const COLUMNS = ['status', 'ended', 'tables', 'data', 'took'] as const;
const WIDTHS =
  'minmax(6rem, 1fr) minmax(9rem, 1.3fr) minmax(6rem, 0.9fr) minmax(7.5rem, 1.2fr) minmax(6.5rem, 0.8fr)';

/** The latest batches of a branch; each links to its tables. */
export function BranchBatches({ view: { branch, batches } }: { readonly view: FleetBranchView }) {
  const t = useT();
  const rows = useVirtualRows(batches.length, ROW_HEIGHT);
  if (batches.length === 0) return <Empty title={t('boardPage.noBatch')}>{t('boardPage.noBatchNext')}</Empty>;
  return (
    <VirtualTable
      rows={rows}
      label={t('boardPage.batchList')}
      columns={COLUMNS.map((key) => ({ key, head: t(`boardPage.batchColumn.${key}`) }))}
      widths={WIDTHS}
      keyOf={(index) => batches[index]?.batch_id ?? index}
    >
      {(index) => {
        const batch = batches[index];
        return batch === undefined ? null : <BatchLine connection={branch.connection} batch={batch} />;
      }}
    </VirtualTable>
  );
}

function BatchLine({ connection, batch }: { readonly connection: string; readonly batch: FleetBatch }) {
  const t = useT();
  const format = useFormat();
  const { status, failed_tables: failed, records_processed: written, error_code: error } = batch;
  const seconds = (Date.parse(batch.ended_at) - Date.parse(batch.started_at)) / 1000;
  const why = error === null ? reasonOf(batch, t) : t('boardPage.reported', { code: visible(error) });
  return (
    // biome-ignore-start lint/a11y/useSemanticElements: see VirtualTable.
    <>
      <StatusCell kind="batch" status={status} why={why} />
      <div role="cell" className={cells.cell}>
        <Link href={branchAddress(connection, batch.batch_id)} className={cells.link ?? ''}>
          {format.moment(batch.ended_at)}
        </Link>
        <span className={cells.less} title={visible(batch.batch_id)}>
          {visible(batch.batch_id)}
        </span>
      </div>
      <div role="cell" className={cells.cell}>
        <span>
          {t('boardPage.done', {
            done: format.count(batch.completed_tables + batch.skipped_tables),
            total: format.count(batch.total_tables),
          })}
        </span>
        <span className={failed > 0 ? cells.failed : cells.less}>
          {failed > 0
            ? t('boardPage.failed', { count: failed, number: format.count(failed) })
            : t('boardPage.noneFailed')}
        </span>
      </div>
      <div role="cell" className={cells.cell}>
        <span>{t('boardPage.rows', { count: written, number: format.count(written) })}</span>
        <span className={cells.less}>{format.bytes(Math.max(0, batch.bytes))}</span>
      </div>
      <div role="cell" className={cells.cell}>
        <span>{format.duration(Math.max(0, seconds))}</span>
      </div>
    </>
    // biome-ignore-end lint/a11y/useSemanticElements: see VirtualTable.
  );
}

function reasonOf({ status, interruption_reason: reason }: FleetBatch, t: ReturnType<typeof useT>) {
  if (status !== BatchStatus.Interrupted || reason === null) return null;
  switch (reason) {
    case 'crash':
    case 'shutdown':
    case 'user':
    case 'lost_lease':
    case 'superseded':
      return t(`words.reason.${reason}`);
    default:
      return visible(reason);
  }
}
