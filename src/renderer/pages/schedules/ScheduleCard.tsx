import { Badge, Button, Group, List, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { IconEdit } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { ScheduleView } from '../../../shared/contract.ts';
import { cronWords } from '../../../shared/cronWords.ts';
import { StatusMark } from '../../parts/StatusMark.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';

/** One schedule: when in words, what, what came of it last, and its next runs. */
export function ScheduleCard({
  schedule,
  canChange,
  onEdit,
}: {
  readonly schedule: ScheduleView;
  readonly canChange: boolean;
  readonly onEdit: () => void;
}) {
  const t = useT();
  const { id, cron, timezone, enabled } = schedule;
  return (
    <Paper withBorder p="lg" component="section" aria-label={id}>
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start" wrap="nowrap">
          <Stack gap={2} miw={0}>
            <Title order={2} size="h4" style={{ overflowWrap: 'anywhere' }}>
              {cronWords(cron, t.language)}
            </Title>
            <Text c="dimmed" size="sm">
              {id} · {cron} · {timezone}
            </Text>
          </Stack>
          <Group gap="xs" wrap="nowrap" style={{ flexShrink: 0 }}>
            {!enabled && (
              <Badge variant="outline" color="gray" c="dimmed">
                {t('schedulesPage.off')}
              </Badge>
            )}
            <Button
              variant="default"
              leftSection={<IconEdit size={16} aria-hidden />}
              disabled={!canChange}
              onClick={onEdit}
              aria-label={t('schedulesPage.editOf', { id })}
            >
              {t('schedulesPage.edit')}
            </Button>
          </Group>
        </Group>
        <SimpleGrid cols={{ base: 1, md: 2 }}>
          <Facts schedule={schedule} />
          <NextRuns schedule={schedule} />
        </SimpleGrid>
      </Stack>
    </Paper>
  );
}

function Facts({ schedule }: { readonly schedule: ScheduleView }) {
  const t = useT();
  const format = useFormat();
  const { connections, tables, missed, jitter_seconds, late_seconds } = schedule;
  return (
    <Stack gap={4}>
      <Text size="sm">
        {connections.includes('*') ? t('cli.schedule.allConnections') : connections.join(', ')};{' '}
        {tables.includes('*') ? t('cli.schedule.allTables') : tables.join(', ')}
      </Text>
      <Text size="sm">{t(`schedulesPage.missed.${missed}`)}</Text>
      {jitter_seconds > 0 && (
        <Text size="sm">{t('schedulesPage.lateBy', { late: format.duration(late_seconds) })}</Text>
      )}
      <LastRun schedule={schedule} />
    </Stack>
  );
}

function LastRun({ schedule: { last_run, timezone } }: { readonly schedule: ScheduleView }) {
  const t = useT();
  const format = useFormat();
  if (last_run === null) return <Text size="sm">{t('schedulesPage.neverRan')}</Text>;
  const at = format.plannedTime(last_run.due_at, timezone);
  if (last_run.outcome === 'skipped') return <Text size="sm">{t('schedulesPage.skipped', { at })}</Text>;
  return (
    <Group gap="xs">
      <Text size="sm">
        {last_run.batch_id === null ? (
          t('schedulesPage.lastRun', { at })
        ) : (
          <Link href={`/batch/${last_run.batch_id}`}>{t('schedulesPage.lastRun', { at })}</Link>
        )}
      </Text>
      {last_run.batch_status !== null && <StatusMark of={last_run.batch_status} kind="batch" />}
    </Group>
  );
}

function NextRuns({ schedule: { next_runs, timezone } }: { readonly schedule: ScheduleView }) {
  const t = useT();
  const format = useFormat();
  if (next_runs.length === 0) return null;
  return (
    <Stack gap={4}>
      <Text size="sm" fw={600}>
        {t('schedulesPage.next')}
      </Text>
      <List size="sm" className="numbers">
        {next_runs.map((at) => (
          <List.Item key={at}>{format.plannedTime(at, timezone)}</List.Item>
        ))}
      </List>
    </Stack>
  );
}
