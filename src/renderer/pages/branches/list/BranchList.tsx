import { ActionIcon, Menu, VisuallyHidden } from '@mantine/core';
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCopy,
  IconDotsVertical,
  IconPencil,
  IconPlayerPause,
  IconPlugConnected,
  IconTable,
} from '@tabler/icons-react';
import { memo } from 'react';
import { Link } from 'wouter';
import { visible } from '../../../../shared/visible.ts';
import { useLive } from '../../../data/BridgeProvider.tsx';
import { useNow } from '../../../data/useNow.ts';
import { askedPlace, branchPlace } from '../../../parts/branchesPlace.ts';
import cells from '../../../parts/Cells.module.css';
import { useVirtualRows } from '../../../parts/useVirtualRows.ts';
import { type Column, VirtualTable } from '../../../parts/VirtualTable.tsx';
import { useFormat, useT } from '../../../words/LanguageProvider.tsx';
import { type LastTest, useLastTests } from '../lastTests.ts';
import type { BranchLine } from '../model/branchList.ts';
import { choiceOf, takesAll } from '../model/tableChoice.ts';
import classes from './BranchList.module.css';
import { BranchStateMark } from './BranchStateMark.tsx';

const ROW_HEIGHT = 52;
const COLUMNS = ['branch', 'where', 'tables', 'upTo', 'lastTest', 'nextRun', 'menu'] as const;

/** What a person can do with a branch without opening its page. */
export interface BranchActions {
  readonly mayChange: boolean;
  readonly onDuplicate: (id: string) => void;
  readonly onSwitch: (id: string, enabled: boolean) => void;
}

/** A list of thousands of branches; each links to its page. */
export function BranchList({ lines, ...actions }: BranchActions & { readonly lines: readonly BranchLine[] }) {
  const t = useT();
  const now = useNow();
  const live = useLive();
  const testOf = useLastTests();
  const rows = useVirtualRows(lines.length, ROW_HEIGHT);
  const running = new Set(live?.run?.tables.map(({ connection }) => connection));
  const columns = COLUMNS.map(
    (key): Column => ({
      key,
      head:
        key === 'menu' ? (
          <VisuallyHidden>{t('branchesPage.column.menu')}</VisuallyHidden>
        ) : (
          t(`branchesPage.column.${key}`)
        ),
    }),
  );
  return (
    <div className={classes.list}>
      <VirtualTable
        rows={rows}
        label={t('branchesPage.list')}
        columns={columns}
        widths="var(--branch-columns)"
        keyOf={(index) => lines[index]?.id ?? index}
      >
        {(index) => {
          const line = lines[index];
          return line === undefined ? null : (
            <BranchCells
              line={line}
              running={running.has(line.id)}
              lastTest={testOf({ kind: 'source', connection: line.connection })}
              now={now}
              {...actions}
            />
          );
        }}
      </VirtualTable>
    </div>
  );
}

const BranchCells = memo(function BranchCells({
  line,
  running,
  lastTest,
  now,
  ...actions
}: BranchActions & {
  readonly line: BranchLine;
  readonly running: boolean;
  readonly lastTest: LastTest | null;
  readonly now: Date;
}) {
  const t = useT();
  const format = useFormat();
  const { id, connection, fields, standing, state } = line;
  const label = visible(line.label);
  const database = visible(fields.database || t('branchesPage.notGiven'));
  const server = visible(`${fields.host}:${fields.port} · ${fields.schema}`);
  const tables = sayTables();
  const upTo = standing?.upTo ?? null;
  const nextRun = standing?.nextRunAt ?? null;
  return (
    // biome-ignore-start lint/a11y/useSemanticElements: see VirtualTable.
    <>
      <div role="cell" className={cells.cell}>
        <Link href={branchPlace(id)} className={cells.link ?? ''} title={`${label} (${id})`}>
          {label}
        </Link>
        <span>
          <BranchStateMark state={running ? 'running' : state} />
        </span>
      </div>
      <div role="cell" className={cells.cell}>
        <span title={database}>{database}</span>
        <span className={cells.less} title={server}>
          {server}
        </span>
      </div>
      <div role="cell" className={cells.cell}>
        <span title={tables}>{tables}</span>
      </div>
      <div role="cell" className={cells.cell}>
        {upTo === null ? (
          <span className={cells.less}>{t('branchesPage.neverCopied')}</span>
        ) : (
          <>
            <span>{format.shortTime(upTo)}</span>
            <span className={cells.less}>{format.ago(upTo, now)}</span>
          </>
        )}
      </div>
      <div role="cell" className={cells.cell}>
        <TestMark lastTest={lastTest} />
      </div>
      <div role="cell" className={cells.cell}>
        <span className={nextRun === null ? cells.less : ''}>
          {nextRun === null ? t('branchesPage.notPlanned') : format.shortTime(nextRun)}
        </span>
      </div>
      <div role="cell" className={classes.menu}>
        <BranchMenu line={line} {...actions} />
      </div>
    </>
    // biome-ignore-end lint/a11y/useSemanticElements: see VirtualTable.
  );

  /** What was copied last says it best; before that, what the settings choose. */
  function sayTables(): string {
    if (standing !== null && standing.tables > 0) return format.count(standing.tables);
    const choice = choiceOf(connection);
    return takesAll(choice) ? t('branchesPage.allShort') : format.count(choice.tables.length);
  }
});

function TestMark({ lastTest }: { readonly lastTest: LastTest | null }) {
  const t = useT();
  const format = useFormat();
  if (lastTest === null) return <span className={cells.less}>{t('branchesPage.notTested')}</span>;
  const { ok, at } = lastTest;
  const Mark = ok ? IconCircleCheck : IconAlertTriangle;
  return (
    <>
      <span style={{ color: ok ? 'var(--branch-good)' : 'var(--branch-bad)' }}>
        <Mark size={16} aria-hidden style={{ verticalAlign: '-3px' }} />{' '}
        {t(`branchesPage.stepState.${ok ? 'ok' : 'failed'}`)}
      </span>
      <span className={cells.less}>{format.shortTime(at)}</span>
    </>
  );
}

function BranchMenu({
  line: { id, label, state },
  mayChange,
  onDuplicate,
  onSwitch,
}: BranchActions & { readonly line: BranchLine }) {
  const t = useT();
  const isOff = state === 'off';
  return (
    // Outside of the row, which cuts off what does not fit into it.
    <Menu withinPortal portalProps={{ target: '#main' }} position="bottom-end">
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={t('branchesPage.menuOf', { name: visible(label) })}
        >
          <IconDotsVertical size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          component={Link}
          href={askedPlace({ id, whatFor: 'test' })}
          leftSection={<IconPlugConnected size={16} aria-hidden />}
          disabled={!mayChange}
        >
          {t('branchesPage.test')}
        </Menu.Item>
        <Menu.Item
          component={Link}
          href={branchPlace(id, 'tables')}
          leftSection={<IconTable size={16} aria-hidden />}
        >
          {t('branchesPage.chooseTables')}
        </Menu.Item>
        <Menu.Item
          component={Link}
          href={branchPlace(id, 'settings')}
          leftSection={<IconPencil size={16} aria-hidden />}
        >
          {t('branchesPage.change')}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconCopy size={16} aria-hidden />}
          disabled={!mayChange}
          onClick={() => onDuplicate(id)}
        >
          {t('branchesPage.duplicate')}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconPlayerPause size={16} aria-hidden />}
          disabled={!mayChange}
          onClick={() => onSwitch(id, isOff)}
        >
          {t(isOff ? 'branchesPage.switchOn' : 'branchesPage.switchOff')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
