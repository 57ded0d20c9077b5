import { Group, Paper, Text, Title, VisuallyHidden } from '@mantine/core';
import {
  IconAlertTriangle,
  IconCheck,
  IconClockExclamation,
  IconLineDashed,
  IconPoint,
  IconRefresh,
} from '@tabler/icons-react';
import { Link } from 'wouter';
import type { PlannedDay, PlannedResult, PlannedRun } from '../../../window-api/views.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import classes from './PlanStrip.module.css';

/** Shape as well as colour, the worst first. */
const RESULTS = {
  failed: { icon: IconAlertTriangle, look: 'bad' },
  missed: { icon: IconLineDashed, look: 'bad' },
  late: { icon: IconClockExclamation, look: 'warn' },
  running: { icon: IconRefresh, look: 'busy' },
  arrived: { icon: IconCheck, look: 'good' },
  planned: { icon: IconPoint, look: 'quiet' },
} as const satisfies Readonly<Record<PlannedResult, unknown>>;

/** Shown one by one; of a day with more, how many came to what. */
const MOST_CELLS = 4;

/** What came of the planned runs of the last days, a column for each day. */
export function PlanStrip({ days }: { readonly days: readonly PlannedDay[] }) {
  const t = useT();
  const runs = days.flatMap((one) => one.runs);
  if (runs.length === 0) return null;
  const shown = keysOf(RESULTS).filter((result) => runs.some((one) => one.result === result));
  return (
    <Paper withBorder p="lg" component="section" aria-labelledby="plan">
      <Group justify="space-between" gap="xs" mb="sm">
        <Title order={2} size="h4" id="plan">
          {t('todayPage.plan.title', { days: days.length })}
        </Title>
        <Text component="ul" size="sm" className={classes.legend}>
          {shown.map((result) => (
            <li key={result}>
              <Mark result={result} />
              {t(`todayPage.plan.${result}`)}
            </li>
          ))}
        </Text>
      </Group>
      <ol className={classes.days}>
        {days.map((day) => (
          <Day key={day.day} day={day} />
        ))}
      </ol>
    </Paper>
  );
}

function Day({ day: { day, runs } }: { readonly day: PlannedDay }) {
  const t = useT();
  const format = useFormat();
  const counted = keysOf(RESULTS).flatMap((result) => {
    const count = runs.filter((one) => one.result === result).length;
    return count === 0 ? [] : [{ result, count }];
  });
  const isFew = runs.length <= MOST_CELLS;
  const told = isFew
    ? runs.map((one) => sayRun(one, t(`todayPage.plan.${one.result}`), format.clock)).join(', ')
    : counted
        .map(({ result, count }) => `${format.count(count)} ${t(`todayPage.plan.${result}`)}`)
        .join(', ');
  const name = `${format.day(day)}: ${told === '' ? t('todayPage.plan.none') : told}`;
  return (
    <li>
      <Link href={`/history?day=${day}`} className={classes.day} title={name}>
        <VisuallyHidden>{name}</VisuallyHidden>
        <span className={classes.weekday} aria-hidden>
          {format.weekday(day)}
        </span>
        <span className={classes.date} aria-hidden>
          {Number(day.slice(8))}
        </span>
        <span className={classes.cells} aria-hidden>
          {runs.length === 0 && <span className={classes.none}>·</span>}
          {isFew
            ? runs.map((one) => <Mark key={`${one.schedule} ${one.dueAt}`} result={one.result} />)
            : counted.map(({ result, count }) => (
                <span key={result} className={`${classes.many} numbers`}>
                  <Mark result={result} />
                  {count}
                </span>
              ))}
        </span>
      </Link>
    </li>
  );
}

function Mark({ result }: { readonly result: PlannedResult }) {
  const { icon: Icon, look } = RESULTS[result];
  return (
    <span className={`${classes.mark} ${classes[look]}`} aria-hidden>
      <Icon size={16} stroke={2.2} />
    </span>
  );
}

function sayRun({ dueAt }: PlannedRun, result: string, clock: (at: string) => string): string {
  return `${clock(dueAt)} ${result}`;
}

function keysOf<K extends string>(map: Readonly<Record<K, unknown>>): readonly K[] {
  return Object.keys(map) as K[];
}
