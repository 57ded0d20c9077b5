import { memo } from 'react';
import { Link } from 'wouter';
import { TableStatus } from '../../../shared/status.ts';
import type { Translate } from '../../../shared/texts/translate.ts';
import { visible } from '../../../shared/visible.ts';
import type { TableState } from '../../../shared/window/views.ts';
import cells from '../../parts/Cells.module.css';
import { StatusMark } from '../../parts/StatusMark.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { ProofMark } from './ProofMark.tsx';
import { statusOf, tableAddress } from './tableFilter.ts';
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
  const { success } = state;
  const name = visible(state.table);
  const label = visible(state.label);
  const known = wayOf(state);
  const way = t(`tablesPage.way.${known ?? 'none'}`);
  const chooser = known === null ? null : t(`tablesPage.chooser.${chooserOf(state)}`);
  const status = statusOf(running ? { ...state, now: TableStatus.InProgress } : state);
  const ago = success === null ? null : format.ago(success.endedAt, now);
  const beside = besideStatus(status, state, t);
  return (
    // biome-ignore-start lint/a11y/useSemanticElements: see VirtualTable.
    <>
      <div role="cell" className={cells.cell}>
        <Link href={`${tableAddress(state)}${search}`} className={cells.link ?? ''} title={name}>
          {name}
        </Link>
        <span className={cells.less} title={label}>
          {label}
        </span>
      </div>
      <div role="cell" className={cells.cell}>
        <span title={way}>{way}</span>
        {chooser !== null && (
          <span className={cells.less} title={chooser}>
            {chooser}
          </span>
        )}
      </div>
      <div role="cell" className={cells.cell}>
        {success === null || ago === null ? (
          <span className={cells.warn}>{t('tablesPage.never')}</span>
        ) : (
          <>
            <span title={ago}>{ago}</span>
            <span className={cells.less}>{format.shortTime(success.endedAt)}</span>
          </>
        )}
      </div>
      <div role="cell" className={cells.cell}>
        {status === undefined ? (
          <span className={cells.less}>{t('tablesPage.never')}</span>
        ) : (
          <StatusMark of={status} kind="table" />
        )}
        {beside !== null && (
          <span className={cells.less} title={beside}>
            {beside}
          </span>
        )}
      </div>
      <div role="cell" className={cells.cell}>
        <ProofMark verified={state.verified} />
      </div>
    </>
    // biome-ignore-end lint/a11y/useSemanticElements: see VirtualTable.
  );
});

/** What a table that the batch has still to do with was before. */
function besideStatus(shown: TableStatus | undefined, { last }: TableState, t: Translate): string | null {
  const isOpen = shown === TableStatus.InProgress || shown === TableStatus.Pending;
  return last === null || !isOpen
    ? null
    : t('tablesPage.before', { status: t(`words.table.${last.status}`) });
}
