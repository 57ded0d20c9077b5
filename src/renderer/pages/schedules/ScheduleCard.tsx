import { Anchor, Badge, Button, Group, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { IconEdit } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { ScheduleView } from '../../../shared/contract.ts';
import { planWords, simplePlan } from '../../../shared/schedulePlan.ts';
import { useLabels } from '../../data/useCall.ts';
import { StatusMark } from '../../parts/StatusMark.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { NextRuns } from './PlanPreview.tsx';
import { beginsAt, startOf } from './plan.ts';
import classes from './WeekGrid.module.css';

/** One schedule: its times in words, what it runs, its last result and its next runs. */
export function ScheduleCard({
  schedule,
  number,
  canChange,
  whyNot,
  onEdit,
}: {
  readonly schedule: ScheduleView;
  /** As in the week above; null if there is nothing to tell apart. */
  readonly number: number | null;
  readonly canChange: boolean;
  readonly whyNot: string | undefined;
  readonly onEdit: () => void;
}) {
  const t = useT();
  const { id, cron, timezone, enabled } = schedule;
  const special = cron !== null && simplePlan({ cron }) === null;
  return (
    <Paper withBorder p="lg" component="section" aria-label={id}>
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start" wrap="nowrap">
          <Stack gap={2} miw={0}>
            <Title order={2} size="h4" style={{ overflowWrap: 'anywhere' }}>
              {number !== null && (
                <span className={`${classes.start} ${classes.badge}`} aria-hidden>
                  {number}
                </span>
              )}
              {planWords(schedule, t.language)}
            </Title>
            <Text c="dimmed" size="sm">
              {[id, ...(special ? [cron] : []), timezone].join(' · ')}
            </Text>
          </Stack>
          <Group gap="xs" wrap="nowrap" style={{ flexShrink: 0 }}>
            {!enabled && (
              <Badge variant="default" c="dimmed" tt="none">
                {t('schedulesPage.off')}
              </Badge>
            )}
            <Button
              variant="default"
              leftSection={<IconEdit size={16} aria-hidden />}
              disabled={!canChange}
              title={whyNot}
              onClick={onEdit}
              aria-label={t('schedulesPage.editOf', { id })}
            >
              {t('schedulesPage.edit')}
            </Button>
          </Group>
        </Group>
        <SimpleGrid cols={{ base: 1, md: 2 }}>
          <Facts schedule={schedule} />
          <Next schedule={schedule} />
        </SimpleGrid>
      </Stack>
    </Paper>
  );
}

function Facts({ schedule }: { readonly schedule: ScheduleView }) {
  const t = useT();
  const labelOf = useLabels();
  const { connections, tables, enabled, missed } = schedule;
  return (
    <Stack gap={4}>
      <Text size="sm">
        {connections.includes('*') ? t('schedulesPage.allConnections') : connections.map(labelOf).join(', ')}
        {' · '}
        {tables.includes('*') ? t('schedulesPage.allTables') : tables.join(', ')}
      </Text>
      {enabled && <Text size="sm">{t(`schedulesPage.missed.${missed}`)}</Text>}
      {enabled && <Delay schedule={schedule} />}
      <LastRun schedule={schedule} />
    </Stack>
  );
}

function LastRun({ schedule: { last_run, timezone } }: { readonly schedule: ScheduleView }) {
  const t = useT();
  const format = useFormat();
  if (last_run === null) return <Text size="sm">{t('schedulesPage.neverRan')}</Text>;
  if (last_run.outcome === 'skipped') {
    const due = format.plannedTime(last_run.due_at, timezone);
    return <Text size="sm">{t('schedulesPage.skipped', { at: due })}</Text>;
  }
  const at = format.plannedTime(beginsAt(last_run.ran_at, 0), timezone);
  return (
    <Group gap="xs">
      <Text size="sm">
        {last_run.batch_id === null ? (
          t('schedulesPage.lastRun', { at })
        ) : (
          <Anchor component={Link} href={`/batch/${last_run.batch_id}`} size="sm">
            {t('schedulesPage.lastRun', { at })}
          </Anchor>
        )}
      </Text>
      {last_run.batch_status !== null && <StatusMark of={last_run.batch_status} kind="batch" />}
    </Group>
  );
}

/** The next runs with their real start, as on the Today page. */
function Next({ schedule }: { readonly schedule: ScheduleView }) {
  const t = useT();
  const { enabled, next_runs, late_seconds, timezone } = schedule;
  if (!enabled)
    return (
      <Text size="sm" c="dimmed">
        {t('schedulesPage.noRuns')}
      </Text>
    );
  return <NextRuns times={next_runs} late={late_seconds} timezone={timezone} />;
}

/** When runs really start on this computer; null if that is when they are planned. */
function Delay({ schedule }: { readonly schedule: ScheduleView }) {
  const t = useT();
  const format = useFormat();
  const { late_seconds, cron, times } = schedule;
  const simple = simplePlan({ cron, times });
  if (late_seconds < 60) return null;
  if (simple?.kind !== 'times')
    return <Text size="sm">{t('schedulesPage.lateBy', { late: format.duration(late_seconds) })}</Text>;
  const separator = t('window.clockSeparator');
  const starts = simple.times.map((time) => startOf(time, late_seconds).replace(':', separator));
  const list = new Intl.ListFormat(t.language, { type: 'conjunction' }).format(starts);
  return <Text size="sm">{t('schedulesPage.starts', { times: list })}</Text>;
}
