import { BatchStatus, TableStatus } from '../../../shared/status.ts';
import { visible } from '../../../shared/visible.ts';
import cells from '../../parts/Cells.module.css';
import { StatusMark } from '../../parts/StatusMark.tsx';
import { useT } from '../../words/LanguageProvider.tsx';
import { isOneOf } from './boardFilter.ts';

/** The status of a batch or table as head office's tables have it, which a later version may have named. */
export function StatusCell({
  kind,
  status,
  why,
}: {
  readonly kind: 'batch' | 'table';
  readonly status: string;
  /** Shown below; null if there is nothing to say. */
  readonly why: string | null;
}) {
  const t = useT();
  return (
    // biome-ignore lint/a11y/useSemanticElements: see VirtualTable.
    <div role="cell" className={cells.cell}>
      {kind === 'batch' && isOneOf(BatchStatus, status) && <StatusMark of={status} kind="batch" />}
      {kind === 'table' && isOneOf(TableStatus, status) && <StatusMark of={status} kind="table" />}
      {!isOneOf(kind === 'batch' ? BatchStatus : TableStatus, status) && (
        <span className={cells.less}>{t('boardPage.otherStatus', { status: visible(status) })}</span>
      )}
      {why !== null && (
        <span className={cells.less} title={why}>
          {why}
        </span>
      )}
    </div>
  );
}
