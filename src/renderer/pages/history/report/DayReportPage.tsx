import { ActionIcon, Button, Group, Stack, Table, Text, Title } from '@mantine/core';
import { IconChevronLeft, IconChevronRight, IconPrinter } from '@tabler/icons-react';
import { useQueries } from '@tanstack/react-query';
import { Link } from 'wouter';
import { type BatchPage, type BatchSummary, type TableRow, tableKey } from '../../../../shared/contract.ts';
import { BatchStatus, TableStatus } from '../../../../shared/status.ts';
import { failureOfRow } from '../../../../shared/texts/failureGroups.ts';
import { visible } from '../../../../shared/visible.ts';
import { useReach } from '../../../data/BridgeProvider.tsx';
import { ask, keyOf } from '../../../data/calls.ts';
import { useCall, useConnections, useLabels } from '../../../data/useCall.ts';
import { useNow } from '../../../data/useNow.ts';
import { Answered, Loading, Page } from '../../../parts/Page.tsx';
import { StatusMark } from '../../../parts/StatusMark.tsx';
import { useFormat, useT } from '../../../words/LanguageProvider.tsx';
import { sayFailure } from '../../../words/refusal.ts';
import { dayPlus, workOf } from '../calendar.ts';
import classes from './DayReport.module.css';
import { missingTables } from './missingTables.ts';

/** More batches than anybody reads on paper; a day of runs every three minutes. */
const MOST = 500;

/** What was copied on a day and what was not, as a page to print and file. */
export function DayReportPage({ day }: { /** `2026-11-22` */ readonly day: string }) {
  const t = useT();
  const format = useFormat();
  const batches = useCall('history', { day }, 0, MOST);
  const now = useNow();
  const today = format.dayOf(now.toISOString());
  const branches = useConnections(undefined).map(({ label }) => label);
  return (
    <Page
      title={t('reportPage.title')}
      actions={
        <Group gap="xs" className="no-print">
          <ActionIcon
            component={Link}
            href={`/report/${dayPlus(day, -1)}`}
            variant="default"
            size={36}
            aria-label={t('reportPage.dayBefore')}
          >
            <IconChevronLeft size={18} aria-hidden />
          </ActionIcon>
          {day < today && (
            <ActionIcon
              component={Link}
              href={`/report/${dayPlus(day, 1)}`}
              variant="default"
              size={36}
              aria-label={t('reportPage.dayAfter')}
            >
              <IconChevronRight size={18} aria-hidden />
            </ActionIcon>
          )}
          <Button leftSection={<IconPrinter size={18} aria-hidden />} onClick={() => window.print()}>
            {t('reportPage.print')}
          </Button>
        </Group>
      }
    >
      <div>
        <Title order={2} size="h3">
          {format.day(day)}
        </Title>
        <Text>{branches.join(', ')}</Text>
        <Text size="sm" c="dimmed">
          {t('reportPage.asOf', { at: format.dateTime(now.toISOString()), zone: format.timeZone ?? '' })}
        </Text>
      </div>
      <Answered to={batches}>{(page) => <Report of={page} />}</Answered>
      <div className={classes.signatures}>
        <span>{t('reportPage.preparedBy')}</span>
        <span>{t('reportPage.checkedBy')}</span>
      </div>
    </Page>
  );
}

function Report({ of: { batches, total } }: { readonly of: BatchPage }) {
  const t = useT();
  const format = useFormat();
  const { bridge } = useReach();
  const tables = useCall('tables');
  // Only these may have tables that were not copied.
  const bad = batches.filter(
    ({ status }) => status === BatchStatus.Failed || status === BatchStatus.Interrupted,
  );
  const read = useQueries({
    queries: bad.map(({ batch_id }) => ({
      queryKey: keyOf('batch', batch_id),
      queryFn: () => ask(bridge, 'batch', [batch_id]),
    })),
  });
  if (total === 0) return <Text>{t('reportPage.nothing')}</Text>;
  if (tables.isPending || read.some(({ isPending }) => isPending)) return <Loading />;
  const succeededAt = new Map(
    (tables.data ?? []).flatMap(({ connection, table, success }) =>
      success === null ? [] : [[tableKey(connection, table), success.endedAt] as const],
    ),
  );
  const missing = missingTables(
    read.flatMap(({ data }) => (data === undefined ? [] : [data])),
    succeededAt,
  );
  const sum = (value: (one: BatchSummary) => number): number =>
    batches.reduce((all, one) => all + value(one), 0);
  const work = {
    rows: sum((one) => one.records_processed),
    bytes: sum((one) => one.bytes),
    seconds: sum((one) => one.duration_seconds ?? 0),
  };
  const running = batches.some(({ status }) => status === BatchStatus.Running);
  return (
    <Stack gap="lg">
      <div>
        <Text size="lg" fw={700}>
          {missing.length > 0
            ? t('reportPage.missing', { count: missing.length, number: format.count(missing.length) })
            : t(running ? 'reportPage.running' : 'reportPage.complete')}
        </Text>
        <Text>
          {t('historyPage.batches', { count: total, number: format.count(total) })}: {workOf(work, t, format)}
        </Text>
      </div>
      {missing.length > 0 && <Missing tables={missing} />}
      <section aria-labelledby="report-batches">
        <Title order={3} size="h4" id="report-batches" mb="xs">
          {t('reportPage.batches')}
        </Title>
        <Table className="numbers" withTableBorder horizontalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              {(['started', 'status', 'tables', 'rows', 'data', 'duration'] as const).map((key) => (
                <Table.Th key={key}>{t(`reportPage.column.${key}`)}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {/* In the order of the day; lists have the latest first. */}
            {batches.toReversed().map((batch) => (
              <BatchRow key={batch.batch_id} of={batch} />
            ))}
          </Table.Tbody>
        </Table>
        {total > batches.length && (
          <Text size="sm" c="dimmed" mt="xs">
            {t('reportPage.more', { number: format.count(total - batches.length) })}
          </Text>
        )}
      </section>
    </Stack>
  );
}

function BatchRow({ of: batch }: { readonly of: BatchSummary }) {
  const t = useT();
  const format = useFormat();
  return (
    <Table.Tr>
      <Table.Td>
        <Link href={`/batch/${encodeURIComponent(batch.batch_id)}`}>{format.clock(batch.started_at)}</Link>
        <Text size="xs" c="dimmed">
          {t(`historyPage.trigger.${batch.trigger}`)}
        </Text>
      </Table.Td>
      <Table.Td>
        <StatusMark of={batch.status} kind="batch" />
      </Table.Td>
      <Table.Td>
        {t('historyPage.done', {
          done: format.count(batch.completed_tables + batch.skipped_tables),
          total: format.count(batch.total_tables),
        })}
      </Table.Td>
      <Table.Td>{format.count(batch.records_processed)}</Table.Td>
      <Table.Td>{format.bytes(batch.bytes)}</Table.Td>
      <Table.Td>
        {batch.duration_seconds === null ? t('historyPage.soFar') : format.duration(batch.duration_seconds)}
      </Table.Td>
    </Table.Tr>
  );
}

function Missing({ tables }: { readonly tables: readonly TableRow[] }) {
  const t = useT();
  const labelOf = useLabels();
  return (
    <section aria-labelledby="report-missing">
      <Title order={3} size="h4" id="report-missing" mb="xs">
        {t('reportPage.missingTables')}
      </Title>
      <Table withTableBorder horizontalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('reportPage.column.table')}</Table.Th>
            <Table.Th>{t('reportPage.column.branch')}</Table.Th>
            <Table.Th>{t('reportPage.column.cause')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {tables.map((row) => (
            <Table.Tr key={`${row.connection} ${row.table_name}`}>
              <Table.Td className={classes.name}>
                {row.all_tables ? t('reportPage.allTables') : visible(row.table_name)}
              </Table.Td>
              <Table.Td>{labelOf(row.connection)}</Table.Td>
              <Table.Td>
                {row.status !== TableStatus.Failed
                  ? t('reportPage.notReached')
                  : sayFailure(failureOfRow(row), t, labelOf).sentence}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}
