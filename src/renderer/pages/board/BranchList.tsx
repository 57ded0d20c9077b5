import { useMediaQuery } from '@mantine/hooks';
import { memo } from 'react';
import type { FleetBranch } from '../../../shared/fleet.ts';
import { reasonText } from '../../../shared/texts/fleetText.ts';
import type { Translate } from '../../../shared/texts/translate.ts';
import { visible } from '../../../shared/visible.ts';
import { useNow } from '../../data/useNow.ts';
import cells from '../../parts/Cells.module.css';
import { useVirtualRows } from '../../parts/useVirtualRows.ts';
import { VirtualTable } from '../../parts/VirtualTable.tsx';
import type { Format } from '../../words/format.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import classes from './Board.module.css';
import { BranchMark } from './BranchMark.tsx';
import { branchAddress, type Recent } from './boardFilter.ts';
import { Sparkline } from './Sparkline.tsx';

const ROW_HEIGHT = 56;

const WIDTHS = {
  state: 'minmax(7.5rem, 0.9fr)',
  branch: 'minmax(10rem, 1.5fr)',
  reason: 'minmax(10rem, 1.9fr)',
  upTo: 'minmax(8rem, 0.9fr)',
  tables: 'minmax(6rem, 0.7fr)',
  next: 'minmax(8rem, 1fr)',
  days: 'minmax(11.5rem, 1.2fr)',
} as const;
type Column = keyof typeof WIDTHS;

/** Which columns fit; in a narrow window the reason stands below the branch. */
const NARROW: readonly Column[] = ['state', 'branch', 'upTo', 'tables'];
const MIDDLE: readonly Column[] = ['state', 'branch', 'upTo', 'tables', 'days'];
const WIDE: readonly Column[] = ['state', 'branch', 'reason', 'upTo', 'tables', 'next', 'days'];

/** A list of thousands of branches; each links to its page. */
export function BranchList({
  branches,
  recent,
}: {
  readonly branches: readonly FleetBranch[];
  readonly recent: (connection: string) => Recent | null;
}) {
  const t = useT();
  const now = useNow();
  const rows = useVirtualRows(branches.length, ROW_HEIGHT);
  const isWide = useMediaQuery('(min-width: 78em)', true, { getInitialValueInEffect: false });
  const isMiddle = useMediaQuery('(min-width: 58em)', true, { getInitialValueInEffect: false });
  const middle = isMiddle ? MIDDLE : NARROW;
  const columns = isWide ? WIDE : middle;
  return (
    <VirtualTable
      rows={rows}
      label={t('boardPage.title')}
      columns={columns.map((key) => ({ key, head: t(`boardPage.column.${key}`) }))}
      widths={columns.map((key) => WIDTHS[key]).join(' ')}
      keyOf={(index) => branches[index]?.connection ?? index}
    >
      {(index) => {
        const branch = branches[index];
        return branch === undefined ? null : (
          <BranchLine branch={branch} recent={recent(branch.connection)} columns={columns} now={now} />
        );
      }}
    </VirtualTable>
  );
}

interface LineProps {
  readonly branch: FleetBranch;
  readonly recent: Recent | null;
  readonly columns: readonly Column[];
  readonly now: Date;
}

/**
 * The cells of one branch, two lines each; see BatchLine. They are functions and not components, because a dozen rows
 * are drawn in a frame.
 */
const BranchLine = memo(function BranchLine({ branch, recent, columns, now }: LineProps) {
  const format = useFormat();
  const t = useT();
  const { since, late, state } = branch;
  const isLateToo = late && state !== 'late';
  const sinceText = since === null ? null : t('boardPage.since', { time: format.shortTime(since) });
  const second = isLateToo ? t('boardPage.lateToo') : sinceText;
  const name = visible(branch.label);
  const reason = visible(reasonText(branch, t, format.moment));
  const below = columns.includes('reason') ? visible(branch.connection) : reason;
  return (
    // biome-ignore-start lint/a11y/useSemanticElements: see VirtualTable.
    <>
      <div role="cell" className={cells.cell}>
        <BranchMark of={state} />
        {second !== null && (
          <span className={isLateToo ? cells.failed : cells.less} title={second}>
            {second}
          </span>
        )}
      </div>
      <div role="cell" className={cells.cell}>
        {/* A plain link, as in TileWall. */}
        <a href={`#${branchAddress(branch.connection)}`} className={cells.link ?? ''} title={name}>
          {name}
        </a>
        <span className={cells.less} title={below}>
          {below}
        </span>
      </div>
      {columns.includes('reason') && (
        <div role="cell" className={cells.cell}>
          <span className={classes.reason} title={reason}>
            {reason}
          </span>
        </div>
      )}
      {upToCell(branch, now, t, format)}
      {tablesCell(branch, t, format)}
      {columns.includes('next') && nextCell(branch, t, format)}
      {columns.includes('days') && daysCell(recent, t, format)}
    </>
    // biome-ignore-end lint/a11y/useSemanticElements: see VirtualTable.
  );
});

function upToCell(branch: FleetBranch, now: Date, t: Translate, format: Format) {
  const ago = branch.up_to === null ? null : format.ago(branch.up_to, now);
  return (
    // biome-ignore lint/a11y/useSemanticElements: see VirtualTable.
    <div role="cell" className={cells.cell}>
      {branch.up_to === null || ago === null ? (
        <span className={cells.warn}>{t('boardPage.never')}</span>
      ) : (
        <>
          <span title={format.dateTime(branch.up_to)}>{format.shortTime(branch.up_to)}</span>
          <span className={cells.less} title={ago}>
            {ago}
          </span>
        </>
      )}
    </div>
  );
}

function tablesCell(branch: FleetBranch, t: Translate, format: Format) {
  const { failed_tables: failed, differing_tables: differing, tables } = branch;
  const trouble = [
    ...(failed ? [t('boardPage.failed', { count: failed, number: format.count(failed) })] : []),
    ...(differing ? [t('boardPage.differing', { count: differing, number: format.count(differing) })] : []),
  ].join(' · ');
  const all =
    tables === null
      ? t('boardPage.noReport')
      : t('boardPage.tables', { count: tables, number: format.count(tables) });
  return (
    // biome-ignore lint/a11y/useSemanticElements: see VirtualTable.
    <div role="cell" className={cells.cell}>
      <span title={all}>{all}</span>
      {tables !== null && (
        <span
          className={trouble === '' ? cells.less : cells.failed}
          title={trouble || t('boardPage.noneFailed')}
        >
          {trouble || t('boardPage.noneFailed')}
        </span>
      )}
    </div>
  );
}

function nextCell(branch: FleetBranch, t: Translate, format: Format) {
  const next = branch.next_run === null ? t('boardPage.noPlan') : format.shortTime(branch.next_run);
  const version =
    branch.version === null ? null : t('boardPage.version', { version: visible(branch.version) });
  return (
    // biome-ignore lint/a11y/useSemanticElements: see VirtualTable.
    <div role="cell" className={cells.cell}>
      <span title={next}>{next}</span>
      {version !== null && (
        <span className={cells.less} title={version}>
          {version}
        </span>
      )}
    </div>
  );
}

function daysCell(recent: Recent | null, t: Translate, format: Format) {
  const text =
    recent === null
      ? t('boardPage.noData')
      : t('boardPage.perDay', {
          rows: format.count(recent.rowsPerDay),
          size: format.bytes(recent.bytesPerDay),
        });
  return (
    // biome-ignore lint/a11y/useSemanticElements: see VirtualTable.
    <div role="cell" className={cells.cell}>
      <span className={classes.spark}>{recent !== null && <Sparkline values={recent.bytes} />}</span>
      <span className={cells.less} title={text}>
        {text}
      </span>
    </div>
  );
}
