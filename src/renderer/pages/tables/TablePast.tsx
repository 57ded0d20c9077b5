import { Anchor, Button, Skeleton, Stack, Table, Text, Title } from '@mantine/core';
import { lazy, type ReactNode, Suspense, useMemo, useState } from 'react';
import { Link } from 'wouter';
import type { TableRow } from '../../../shared/contract.ts';
import { TableStatus } from '../../../shared/status.ts';
import { trafficText } from '../../../shared/texts/trafficText.ts';
import type { TableState } from '../../../window-api/views.ts';
import { useCall } from '../../data/useCall.ts';
import { Answered } from '../../parts/Page.tsx';
import { StatusMark } from '../../parts/StatusMark.tsx';
import { seenStatus } from '../../parts/seenStatus.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { runPoints, summarize } from './pastRuns.ts';

/** How many runs of a table are read. */
export const RUNS = 90;
const FIRST_RUNS = 10;

/** Loaded on demand: the chart library is as large as the rest of the window. */
const RunCharts = lazy(() => import('./RunCharts.tsx').then((module) => ({ default: module.RunCharts })));

/** The last runs of a table, as charts and as a list. */
export function TablePast({ state: { connection, table, now } }: { readonly state: TableState }) {
  const runs = useCall('tableRuns', connection, table, RUNS);
  return (
    <>
      <OnLink connection={connection} table={table} />
      <Answered to={runs}>{(rows) => <Past runs={rows} atWork={now === TableStatus.InProgress} />}</Answered>
    </>
  );
}

const MONTHS = 3;

/** What a table has cost on the link in the last months. */
function OnLink({ connection, table }: { readonly connection: string; readonly table: string }) {
  const t = useT();
  const format = useFormat();
  const months = useCall('tableTraffic', connection, table, MONTHS);
  return (
    <Section title={t('tablesPage.detail.link')}>
      <Answered to={months}>
        {(found) =>
          found.length === 0 ? (
            <Text c="dimmed">{t('tablesPage.detail.linkNone')}</Text>
          ) : (
            <>
              {found.map((one) => (
                <Text key={one.month}>
                  {t('tablesPage.detail.linkMonth', {
                    month: format.wholeMonth(one.month),
                    traffic: trafficText(one, t, format.bytes),
                  })}
                </Text>
              ))}
              <Text c="dimmed">{t('tablesPage.detail.linkMeans')}</Text>
            </>
          )
        }
      </Answered>
    </Section>
  );
}

function Past({ runs, atWork }: { readonly runs: readonly TableRow[]; readonly atWork: boolean }) {
  const t = useT();
  const format = useFormat();
  const [all, setAll] = useState(false);
  const points = useMemo(() => runPoints(runs), [runs]);
  const summary = summarize(points);
  return (
    <>
      <Section title={t('tablesPage.detail.past')}>
        {summary === null ? (
          <Text c="dimmed">{t('tablesPage.chart.none')}</Text>
        ) : (
          <Text size="sm" c="dimmed">
            {t('tablesPage.chart.summary', {
              count: summary.runs,
              number: format.count(summary.runs),
              usual: format.duration(summary.usualSeconds),
              longest: format.duration(summary.longestSeconds),
              most: format.count(summary.mostRows),
              failed: format.count(summary.failed),
            })}
          </Text>
        )}
        {points.length > 1 && (
          <Suspense fallback={<Skeleton h={340} />}>
            <RunCharts points={points} />
          </Suspense>
        )}
      </Section>
      <Section title={t('tablesPage.detail.runs')}>
        <RunRows runs={all ? runs : runs.slice(0, FIRST_RUNS)} atWork={atWork} />
        {!all && runs.length > FIRST_RUNS && (
          <Button variant="default" onClick={() => setAll(true)}>
            {t('tablesPage.run.more', { number: format.count(runs.length) })}
          </Button>
        )}
      </Section>
    </>
  );
}

/**
 * The runs of a table, latest first; each links to its batch. For screen readers they replace the charts.
 *
 * @param props.atWork whether the latest run is in progress
 */
function RunRows({ runs, atWork }: { readonly runs: readonly TableRow[]; readonly atWork: boolean }) {
  const t = useT();
  const format = useFormat();
  if (runs.length === 0) return <Text c="dimmed">{t('tablesPage.run.none')}</Text>;
  return (
    <Table.ScrollContainer minWidth={420}>
      <Table aria-label={t('tablesPage.detail.runs')} className="numbers">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('tablesPage.run.started')}</Table.Th>
            <Table.Th>{t('tablesPage.run.status')}</Table.Th>
            <Table.Th ta="right">{t('tablesPage.run.rows')}</Table.Th>
            <Table.Th ta="right">{t('tablesPage.run.sent')}</Table.Th>
            <Table.Th ta="right">{t('tablesPage.run.duration')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {runs.map((run, index) => (
            <Table.Tr key={run.batch_id}>
              <Table.Td>
                <Anchor component={Link} href={`/batch/${encodeURIComponent(run.batch_id)}`} size="sm">
                  {run.started_at === null ? run.batch_id : format.moment(run.started_at)}
                </Anchor>
              </Table.Td>
              <Table.Td>
                <StatusMark of={seenStatus(run.status, atWork && index === 0)} kind="table" />
              </Table.Td>
              <Table.Td ta="right">{format.count(run.records_processed)}</Table.Td>
              <Table.Td ta="right" title={trafficText(run, t, format.bytes)}>
                {run.sent_bytes === null ? '–' : format.bytes(run.sent_bytes)}
              </Table.Td>
              <Table.Td ta="right">
                {run.duration_seconds === null ? '' : format.duration(run.duration_seconds)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

/** A section of a table's details, with its heading. */
export function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <Stack gap={4} component="section">
      <Title order={3} size="h5">
        {title}
      </Title>
      {children}
    </Stack>
  );
}
