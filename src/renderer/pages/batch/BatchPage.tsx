import { Alert, Button, Group, Paper, Tabs, Text } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { Link } from 'wouter';
import { UsageCode } from '../../../shared/errors.ts';
import type { BatchView, RunView } from '../../../window-api/views.ts';
import { useLive } from '../../data/BridgeProvider.tsx';
import { Refused } from '../../data/refused.ts';
import { useCall } from '../../data/useCall.ts';
import { Answered, Page } from '../../parts/Page.tsx';
import { ProgressLine } from '../../parts/ProgressLine.tsx';
import { ErrorAlert } from '../../parts/RefusalAlert.tsx';
import { WhyNotRun } from '../../parts/trouble/GoOnButton.tsx';
import { useRunWords } from '../../parts/useRunWords.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { BatchActions } from './BatchActions.tsx';
import { BatchFacts } from './BatchFacts.tsx';
import { LogTab } from './LogTab.tsx';
import { TablesTab } from './TablesTab.tsx';
import { WhyFailed } from './WhyFailed.tsx';

/** One batch: what it was to do, what became of each table, and what can be done about it. */
export function BatchPage({ batchId }: { readonly batchId: string }) {
  const t = useT();
  const format = useFormat();
  const asked = useCall('batch', batchId);
  const { data, error } = asked;
  if (data === undefined && error instanceof Refused) return <NoBatch batchId={batchId} error={error} />;
  return (
    <Page
      title={
        data === undefined ? batchId : t('batchPage.title', { time: format.shortTime(data.batch.started_at) })
      }
      actions={data !== undefined && <BatchActions view={data} />}
    >
      <Answered to={asked}>{(view) => <Batch view={view} />}</Answered>
    </Page>
  );
}

/** Why there is no batch to show. One that is not on record is no fault: the page's title says it. */
function NoBatch({ batchId, error }: { readonly batchId: string; readonly error: Refused }) {
  const t = useT();
  const next = (
    <Button component={Link} href="/history" variant="default" mt="sm">
      {t('batchPage.unknownNext')}
    </Button>
  );
  const { refusal } = error;
  if (refusal.kind !== 'usage' || refusal.code !== UsageCode.BatchUnknown)
    return (
      <Page title={batchId}>
        <ErrorAlert error={error}>{next}</ErrorAlert>
      </Page>
    );
  return (
    <Page title={t('batchPage.unknown')}>
      <Alert color="gray" icon={<IconInfoCircle aria-hidden />} role="alert">
        {t('batchPage.unknownMeans', { batch: batchId })}
        <div>{next}</div>
      </Alert>
    </Page>
  );
}

function Batch({ view }: { readonly view: BatchView }) {
  const t = useT();
  const run = useLive()?.run ?? null;
  const isRunning = run?.batchId === view.batch.batch_id;
  return (
    <>
      {view.resumable && !isRunning && <WhyNotRun ta="end" />}
      <BatchFacts view={view} />
      {isRunning && <BatchRunning run={run} />}
      <WhyFailed view={view} />
      <Tabs defaultValue="tables" keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="tables">{t('batchPage.tabs.tables')}</Tabs.Tab>
          <Tabs.Tab value="log">{t('batchPage.tabs.log')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="tables">
          <TablesTab view={view} run={isRunning ? run : null} />
        </Tabs.Panel>
        <Tabs.Panel value="log">
          <LogTab view={view} run={isRunning ? run : null} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

/** How far the batch is, where it runs now. */
function BatchRunning({ run }: { readonly run: RunView }) {
  const t = useT();
  const format = useFormat();
  const { left } = useRunWords();
  const percent = format.percent(run.fraction);
  return (
    <Paper withBorder p="lg">
      <ProgressLine size="lg" label={t('todayPage.running.label')} fraction={run.fraction} text={percent} />
      <Group gap="xl" mt="xs" className="numbers">
        <Text fw={700} miw="4ch">
          {percent}
        </Text>
        <Text>{t('todayPage.running.rows', { rows: format.count(run.rows) })}</Text>
        <Text>{t('todayPage.running.bytes', { size: format.bytes(run.bytes) })}</Text>
        {run.rowsPerSecond !== null && <Text>{format.rate(run.rowsPerSecond)}</Text>}
        <Text>{left(run.etaSeconds)}</Text>
      </Group>
    </Paper>
  );
}
