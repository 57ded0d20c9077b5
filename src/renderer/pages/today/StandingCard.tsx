import { Anchor, Text, Title } from '@mantine/core';
import {
  IconAlertTriangle,
  IconCalendarTime,
  IconCircleCheck,
  IconCircleDashed,
  IconHourglass,
  IconPlayerPause,
  IconRefresh,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { ServiceStatus } from '../../../shared/service.ts';
import { useNow } from '../../data/useNow.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import classes from './Standing.module.css';
import { type Standing, sayNext, type Tone } from './standing.ts';

const SHAPES = {
  good: IconCircleCheck,
  busy: IconRefresh,
  waiting: IconHourglass,
  paused: IconPlayerPause,
  warn: IconAlertTriangle,
  bad: IconAlertTriangle,
  quiet: IconCircleDashed,
} as const satisfies Readonly<Record<Tone, unknown>>;

/** The largest words of the page: whether head office has the data, and what goes on. */
export function StandingCard({
  standing: { tone, sentence, detail },
  children,
}: {
  readonly standing: Standing;
  readonly children: ReactNode;
}) {
  const Shape = SHAPES[tone];
  return (
    <section className={`${classes.standing} ${classes[tone]}`}>
      <Shape className={classes.mark} size={44} stroke={1.6} aria-hidden />
      <div className={classes.words}>
        {/* It changes a few times a day, and then it is worth being told. */}
        <div role="status">
          <Title order={2} className={classes.sentence}>
            {sentence}
          </Title>
          {detail !== null && (
            <Text mt="xs" maw="60rem">
              {detail}
            </Text>
          )}
        </div>
        {children}
      </div>
    </section>
  );
}

/** When Branchline runs by itself next. */
export function NextRun({ status: { next, pause } }: { readonly status: ServiceStatus }) {
  const t = useT();
  const format = useFormat();
  const now = useNow();
  const without = pause === null ? t('todayPage.noNext') : t('todayPage.nextPaused');
  return (
    <Text size="sm" mt="md" component="p" className="numbers">
      <IconCalendarTime
        size={18}
        stroke={1.6}
        aria-hidden
        style={{ verticalAlign: '-0.25em', marginInlineEnd: '0.4rem' }}
      />
      {next === null ? without : sayNext(next.at, now, { t, format })}
      {next === null && pause === null && (
        <>
          {' '}
          <Anchor component={Link} href="/schedules" size="sm" underline="always">
            {t('todayPage.planOne')}
          </Anchor>
        </>
      )}
    </Text>
  );
}
