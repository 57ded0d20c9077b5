import { Button, Skeleton, Text } from '@mantine/core';
import { lazy, Suspense, useMemo, useState } from 'react';
import type { TableRow } from '../../../shared/contract.ts';
import { TableStatus } from '../../../shared/status.ts';
import type { TableState } from '../../../shared/window/views.ts';
import { useCall } from '../../data/useCall.ts';
import { Answered } from '../../parts/Answered.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { RunRows } from './RunRows.tsx';
import { runPoints, summarize } from './runPoints.ts';
import { Section } from './Section.tsx';

const RUNS = 90;
const FIRST_RUNS = 10;

/** What draws charts is as large as all the rest: it is read when the first chart is to be seen. */
const RunCharts = lazy(() => import('./RunCharts.tsx').then((module) => ({ default: module.RunCharts })));

/** The last runs of a table: drawn over time, and one by one. */
export function TablePast({ state: { connection, table, now } }: { readonly state: TableState }) {
  const runs = useCall('tableRuns', connection, table, RUNS);
  return (
    <Answered to={runs}>{(rows) => <Past runs={rows} atWork={now === TableStatus.InProgress} />}</Answered>
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
