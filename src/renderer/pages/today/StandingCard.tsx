import { Anchor, Button, Group, Menu, Text, Title } from '@mantine/core';
import {
  IconAlertTriangle,
  IconCalendarTime,
  IconChevronDown,
  IconCircleCheck,
  IconCircleDashed,
  IconClockPlay,
  IconHourglass,
  IconPlayerPause,
  IconPlayerStop,
  IconRefresh,
  IconShieldSearch,
} from '@tabler/icons-react';
import { type ReactNode, useId } from 'react';
import { Link } from 'wouter';
import { type Pause, pauseEnd, type ServiceStatus } from '../../../shared/service.ts';
import type { LiveView } from '../../../window-api/views.ts';
import { useCommand, useMay } from '../../data/useCommand.ts';
import { useNow } from '../../data/useNow.ts';
import { RunNowButton } from '../../parts/RunButtons.tsx';
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

/** The headline of the page: whether head office has the data, and what is happening. */
export function StandingCard({
  standing: { tone, sentence, detail },
  children,
}: {
  readonly standing: Standing;
  readonly children: ReactNode;
}) {
  const t = useT();
  const Shape = SHAPES[tone];
  return (
    <section className={`${classes.standing} ${classes[tone]}`}>
      <Shape className={classes.mark} size={72} stroke={1.4} aria-hidden />
      {/* It changes a few times a day, and then it is worth being told. */}
      <div role="status" className={classes.words}>
        <Text className={classes.word}>{t(`todayPage.word.${tone}`)}</Text>
        <Title order={2} className={classes.sentence}>
          {sentence}
        </Title>
        {detail !== null && (
          <Text mt={4} maw="60rem">
            {detail}
          </Text>
        )}
      </div>
      <div className={classes.actions}>{children}</div>
    </section>
  );
}

/** The next automatic run. */
export function NextRun({ status: { next, pause } }: { readonly status: ServiceStatus }) {
  const t = useT();
  const format = useFormat();
  const now = useNow();
  const without = pause === null ? t('todayPage.noNext') : t('todayPage.nextPaused');
  return (
    <Text size="sm" mt="xs" component="p" className="numbers">
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

/**
 * Actions that are always available.
 *
 * @param props.main whether running (or comparing, if that is due) is the page's recommended action
 */
export function Actions({ live, main }: { readonly live: LiveView; readonly main: boolean }) {
  const t = useT();
  const { command, whyNotCommand } = useMay();
  const stop = useCommand('stopRun');
  const { activity, compareDue } = live.status;
  const { kind } = activity;
  const isRunning = ['running', 'after_batch', 'starting', 'verifying', 'exporting'].includes(kind);
  const hints = { verifying: undefined, after_batch: undefined, exporting: t('disk.stopHint') };
  const stopHint = kind in hints ? hints[kind as keyof typeof hints] : t('todayPage.stopHint');
  return (
    <Group gap="xs">
      {isRunning ? (
        <Button
          variant="default"
          leftSection={<IconPlayerStop size={18} aria-hidden />}
          loading={stop.isPending}
          disabled={!command}
          // A stopped verify, and what runs after a batch, have nothing to resume.
          title={whyNotCommand ?? stopHint}
          onClick={() => stop.mutate([])}
        >
          {t('todayPage.stop')}
        </Button>
      ) : (
        <>
          {compareDue.length > 0 && <CompareNowButton connections={compareDue} main={main} />}
          <RunNowButton main={main && compareDue.length === 0} />
        </>
      )}
      <PauseMenu pause={live.status.pause} />
    </Group>
  );
}

/** Compares all tables of some connections, even if automatic comparing is off. */
function CompareNowButton({
  connections,
  main,
}: {
  readonly connections: readonly string[];
  readonly main: boolean;
}) {
  const t = useT();
  const { run, whyNotRun } = useMay();
  const verify = useCommand('verify');
  return (
    <Button
      variant={main ? 'filled' : 'default'}
      leftSection={<IconShieldSearch size={18} aria-hidden />}
      loading={verify.isPending}
      disabled={!run}
      title={whyNotRun}
      onClick={() => verify.mutate([{ connections }])}
    >
      {t('todayPage.compareNow')}
    </Button>
  );
}

const LENGTHS = [
  { length: 'hour', key: 'todayPage.pauseHour' },
  { length: 'tomorrow', key: 'todayPage.pauseTomorrow' },
  { length: 'open', key: 'todayPage.pauseOpen' },
] as const;

/** Begins a pause, or ends the current one. */
function PauseMenu({ pause }: { readonly pause: Pause | null }) {
  const t = useT();
  const format = useFormat();
  const means = useId();
  const { command, whyNotCommand } = useMay();
  const begin = useCommand('pause');
  const end = useCommand('unpause');
  if (pause !== null)
    return (
      <Button
        variant="default"
        leftSection={<IconClockPlay size={18} aria-hidden />}
        loading={end.isPending}
        disabled={!command}
        title={whyNotCommand}
        onClick={() => end.mutate([])}
      >
        {t('todayPage.unpause')}
      </Button>
    );
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button
          variant="default"
          leftSection={<IconPlayerPause size={18} aria-hidden />}
          rightSection={<IconChevronDown size={16} aria-hidden />}
          loading={begin.isPending}
          disabled={!command}
          title={whyNotCommand}
        >
          {t('todayPage.pause')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {/* Beside "Stop" it would seem to be what is being copied now that is paused. */}
        {/* biome-ignore lint/a11y/useSemanticElements: the group of a menu is no fieldset. */}
        <div role="group" aria-labelledby={means}>
          <Menu.Label id={means}>{t('todayPage.pauseMeans')}</Menu.Label>
          {LENGTHS.map(({ length, key }) => {
            const end = endOf(length);
            return (
              // Computed at the click: an hour starts then, not when the menu was drawn.
              <Menu.Item key={length} onClick={() => begin.mutate([endOf(length)])}>
                {t(key, { time: end === null ? '' : format.clock(end) })}
              </Menu.Item>
            );
          })}
        </div>
      </Menu.Dropdown>
    </Menu>
  );
}

/** When a pause that begins now ends, ISO 8601; null if a person ends it. */
function endOf(length: (typeof LENGTHS)[number]['length']): string | null {
  return pauseEnd(length, new Date())?.toISOString() ?? null;
}
