import { memo } from 'react';
import { Link } from 'wouter';
import type { TableState } from '../../../shared/window/views.ts';
import cells from '../../parts/Cells.module.css';
import { StatusMark } from '../../parts/StatusMark.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { ProofMark } from './ProofMark.tsx';
import { tableAddress } from './tableFilter.ts';
import { chooserOf, wayOf } from './way.ts';

/** The cells of one table: two lines each, plain elements; see BatchLine. */
export const TableLine = memo(function TableLine({
  state,
  running,
  now,
  search,
}: {
  readonly state: TableState;
  readonly running: boolean;
  readonly now: Date;
  readonly search: string;
}) {
  const t = useT();
  const format = useFormat();
  const { last, success } = state;
  const way = t(`tablesPage.way.${wayOf(state) ?? 'none'}`);
  const chooser = t(`tablesPage.chooser.${chooserOf(state)}`);
  return (
    // biome-ignore-start lint/a11y/useSemanticElements: see VirtualTable.
    <>
      <div role="cell" className={cells.cell}>
        <Link href={`${tableAddress(state)}${search}`} className={cells.link ?? ''} title={state.table}>
          {state.table}
        </Link>
        <span className={cells.less} title={state.label}>
          {state.label}
        </span>
      </div>
      <div role="cell" className={cells.cell}>
        <span title={way}>{way}</span>
        <span className={cells.less} title={chooser}>
          {chooser}
        </span>
      </div>
      <div role="cell" className={cells.cell}>
        {success === null ? (
          <span className={cells.warn}>{t('tablesPage.never')}</span>
        ) : (
          <>
            <span>{format.ago(success.endedAt, now)}</span>
            <span className={cells.less}>{format.shortTime(success.endedAt)}</span>
          </>
        )}
      </div>
      <div role="cell" className={cells.cell}>
        {running && <StatusMark of="in_progress" kind="table" />}
        {!running && last !== null && <StatusMark of={last.status} kind="table" />}
        {!running && last === null && <span className={cells.less}>{t('tablesPage.never')}</span>}
      </div>
      <div role="cell" className={cells.cell}>
        <ProofMark verified={state.verified} />
      </div>
    </>
    // biome-ignore-end lint/a11y/useSemanticElements: see VirtualTable.
  );
});
