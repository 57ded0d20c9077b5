import { ActionIcon, Menu, Paper, Text, Title } from '@mantine/core';
import { IconDotsVertical } from '@tabler/icons-react';
import { type ReactNode, useMemo } from 'react';
import { Link } from 'wouter';
import type { BranchToday, LiveView } from '../../../window-api/views.ts';
import { useLabels } from '../../data/useCall.ts';
import { useCommand, useMay } from '../../data/useCommand.ts';
import { useNow } from '../../data/useNow.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { BRANCH_SHAPES, BranchMark } from '../board/BranchMark.tsx';
import { Sparkline } from '../board/Sparkline.tsx';
import classes from './BranchBoard.module.css';
import { type BranchRow, branchRows } from './branchStates.ts';

/** More than this are tiles: rows would no longer fit on a screen. */
const ROWS_AT_MOST = 12;
const DAY_MS = 86_400_000;
/** Bars of the sparkline: two hours each. */
const BARS = 12;

/** How each branch stands now, the worst first. */
export function BranchBoard({
  branches,
  live,
}: {
  readonly branches: readonly BranchToday[];
  readonly live: LiveView;
}) {
  const t = useT();
  const labelOf = useLabels();
  const now = useNow();
  const rows = useMemo(() => branchRows(branches, live, labelOf), [branches, live, labelOf]);
  return (
    <Paper withBorder p="lg" component="section" aria-labelledby="branches">
      <Title order={2} size="h4" id="branches" mb="xs">
        {t('todayPage.branches.title')}
      </Title>
      {rows.length > ROWS_AT_MOST ? (
        <ul className={classes.tiles}>
          {rows.map((row) => (
            <Tile key={row.connection} row={row} now={now} />
          ))}
        </ul>
      ) : (
        <ul className={classes.rows}>
          {rows.map((row) => (
            <BranchLine key={row.connection} row={row} now={now} />
          ))}
        </ul>
      )}
    </Paper>
  );
}

interface RowProps {
  readonly row: BranchRow;
  readonly now: Date;
}

function BranchLine({ row, now }: RowProps) {
  const t = useT();
  const format = useFormat();
  const today = rowsByTime(row, now);
  const written = today.reduce((sum, one) => sum + one, 0);
  return (
    <li className={classes.row}>
      <span className={classes.name}>
        <Text component="span" fw={600} truncate title={row.name}>
          {row.name}
        </Text>
        <BranchMark of={row.state} />
      </span>
      <UpTo row={row} now={now} />
      <Timeline row={row} now={now} />
      <span className={`${classes.written} numbers`}>
        <Sparkline values={today} />
        <span>{t('counts.written', { count: written, number: format.count(written) })}</span>
      </span>
      <span className={`${classes.next} numbers`}>
        {row.next === null
          ? t('todayPage.branches.noNext')
          : t('todayPage.branches.next', { time: format.shortTime(row.next) })}
      </span>
      <BranchMenu row={row}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={t('todayPage.branches.menu', { branch: row.name })}
        >
          <IconDotsVertical size={18} aria-hidden />
        </ActionIcon>
      </BranchMenu>
    </li>
  );
}

function Tile({ row, now }: RowProps) {
  const t = useT();
  const { icon: Icon, look } = BRANCH_SHAPES[row.state];
  return (
    <li>
      <BranchMenu row={row}>
        <button type="button" className={`${classes.tile} ${classes[look]}`}>
          <Icon size={18} stroke={1.8} aria-hidden />
          <span className={classes.tileName} title={row.name}>
            {row.name}
          </span>
          <span className={classes.tileState}>{t(`fleet.state.${row.state}`)}</span>
          <span className={classes.tileTime}>
            <UpTo row={row} now={now} />
          </span>
        </button>
      </BranchMenu>
    </li>
  );
}

/** `up to 08:34 · 12 minutes ago`. */
function UpTo({ row: { upTo }, now }: RowProps) {
  const t = useT();
  const format = useFormat();
  return (
    <span className={`${classes.upTo} numbers`}>
      {upTo === null ? (
        t('todayPage.branches.notComplete')
      ) : (
        <>
          <span>{t('todayPage.branches.upTo', { time: format.shortTime(upTo) })}</span>
          <span className={classes.ago}>{format.ago(upTo, now)}</span>
        </>
      )}
    </span>
  );
}

/** The runs of the last 24 hours, where they lie in them. */
function Timeline({ row: { runs }, now }: RowProps) {
  const t = useT();
  const format = useFormat();
  const from = now.getTime() - DAY_MS;
  const placeOf = (at: number): number => Math.min(100, Math.max(0, ((at - from) / DAY_MS) * 100));
  const told = runs.map(
    (one) => `${format.shortTime(one.from)} ${t(`todayPage.branches.run.${one.result}`)}`,
  );
  const text = told.length === 0 ? t('todayPage.branches.noRuns') : told.join(', ');
  return (
    <span
      className={classes.timeline}
      role="img"
      aria-label={t('todayPage.branches.day', { runs: text })}
      title={text}
    >
      {runs.map((one) => {
        const start = placeOf(Date.parse(one.from));
        const end = placeOf(one.to === null ? now.getTime() : Date.parse(one.to));
        return (
          <span
            key={one.batchId}
            className={`${classes.run} ${classes[one.result]}`}
            style={{ insetInlineStart: `min(${start}%, 100% - 6px)`, width: `${Math.max(0, end - start)}%` }}
          />
        );
      })}
    </span>
  );
}

/** Rows written in the last 24 hours, in steps, the latest last. */
function rowsByTime({ runs }: BranchRow, now: Date): readonly number[] {
  const bars = Array.from({ length: BARS }, () => 0);
  for (const run of runs) {
    const ago = now.getTime() - Date.parse(run.to ?? now.toISOString());
    const bar = BARS - 1 - Math.min(BARS - 1, Math.max(0, Math.floor((ago / DAY_MS) * BARS)));
    bars[bar] = (bars[bar] ?? 0) + run.rows;
  }
  return bars;
}

function BranchMenu({ row, children }: { readonly row: BranchRow; readonly children: ReactNode }) {
  const t = useT();
  const { run } = useMay();
  const runNow = useCommand('runNow');
  const verify = useCommand('verify');
  const connections = [row.connection];
  const query = `connection=${encodeURIComponent(row.connection)}`;
  return (
    <Menu position="bottom-end">
      <Menu.Target>{children}</Menu.Target>
      <Menu.Dropdown>
        <Menu.Item disabled={!run} onClick={() => runNow.mutate([{ connections }])}>
          {t('todayPage.runNow')}
        </Menu.Item>
        <Menu.Item disabled={!run} onClick={() => verify.mutate([{ connections }])}>
          {t('todayPage.compareNow')}
        </Menu.Item>
        <Menu.Item component={Link} href={`/tables?${query}`}>
          {t('todayPage.branches.tables')}
        </Menu.Item>
        <Menu.Item component={Link} href={`/history?${query}`}>
          {t('todayPage.latest.all')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
