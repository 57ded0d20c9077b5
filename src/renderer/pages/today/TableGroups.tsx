import { Paper, Text, Title } from '@mantine/core';
import { Link } from 'wouter';
import { tableKey } from '../../../shared/contract.ts';
import type { BranchState } from '../../../shared/fleet.ts';
import { visible } from '../../../shared/visible.ts';
import type { LiveView, TablesByAge } from '../../../window-api/views.ts';
import { useNow } from '../../data/useNow.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { BRANCH_SHAPES } from '../board/BranchMark.tsx';
import classes from './TableGroups.module.css';

/** Names that are read at a glance. */
const NAMES_SHOWN = 4;

interface Group {
  readonly kind: 'failed' | 'differs' | 'never' | 'older' | 'today';
  readonly count: number;
  readonly names: readonly string[];
  readonly upTo: string | null;
}

const LOOKS = {
  failed: { state: 'failed', show: '?show=failed' },
  differs: { state: 'differs', show: '?show=differs' },
  never: { state: 'unknown', show: '' },
  older: { state: 'late', show: '' },
  today: { state: 'ok', show: '' },
} as const satisfies Readonly<Record<Group['kind'], { state: BranchState; show: string }>>;

/** The tables of a single branch, grouped by how they stand, the worst first. */
export function TableGroups({ tables, live }: { readonly tables: TablesByAge; readonly live: LiveView }) {
  const t = useT();
  const format = useFormat();
  const now = useNow();
  const groups = groupsOf(tables, live);
  if (groups.length === 0) return null;
  return (
    <Paper withBorder p="lg" component="section" aria-labelledby="groups">
      <Title order={2} size="h4" id="groups" mb="xs">
        {t('todayPage.groups.title')}
      </Title>
      <ul className={classes.rows}>
        {groups.map(({ kind, count, names, upTo }) => {
          const { state, show } = LOOKS[kind];
          const { icon: Icon, look } = BRANCH_SHAPES[state];
          const more = names.length > NAMES_SHOWN ? ', …' : '';
          return (
            <li key={kind} className={classes.row}>
              <Icon size={22} stroke={1.8} aria-hidden className={classes[look]} />
              <Link href={`/tables${show}`} className={classes.link ?? ''}>
                {t(`todayPage.groups.${kind}`, { count, number: format.count(count) })}
              </Link>
              <Text component="span" size="sm" c="dimmed" className={classes.names}>
                {names.slice(0, NAMES_SHOWN).map(visible).join(', ') + more}
              </Text>
              <Text component="span" size="sm" c="dimmed" className={`${classes.upTo} numbers`}>
                {upTo !== null &&
                  `${t('todayPage.branches.upTo', { time: format.shortTime(upTo) })} · ${format.ago(upTo, now)}`}
              </Text>
            </li>
          );
        })}
      </ul>
    </Paper>
  );
}

function groupsOf({ today, older, never }: TablesByAge, { status }: LiveView): readonly Group[] {
  const failed = status.attention.flatMap((one) => [...one.failed, ...one.retrying]);
  const bad = new Set([...failed, ...status.differing].map((one) => tableKey(one.connection, one.table)));
  const others = (names: readonly string[], connection: string): readonly string[] =>
    names.filter((name) => !bad.has(tableKey(connection, name)));
  const group = (kind: Group['kind'], names: readonly string[], upTo: string | null = null): Group => ({
    kind,
    names,
    count: names.length,
    upTo,
  });
  const groups = [
    group(
      'failed',
      failed.map((one) => one.table),
    ),
    group(
      'differs',
      status.differing.map((one) => one.table),
    ),
    group('never', others(never, today.connection)),
    group('older', others(older.names, today.connection), older.upTo),
    { kind: 'today' as const, names: [], count: today.count, upTo: today.upTo },
  ];
  return groups.filter((one) => one.count > 0);
}
