import { Alert, Button, Group, Menu, Paper, Tabs, Text } from '@mantine/core';
import { IconChevronDown, IconDownload, IconInfoCircle, IconPlayerStop } from '@tabler/icons-react';
import { Link } from 'wouter';
import { UsageCode } from '../../../shared/errors.ts';
import { BatchStatus } from '../../../shared/status.ts';
import { sayLogRow } from '../../../shared/texts/logLine.ts';
import { visible } from '../../../shared/visible.ts';
import type { BatchView, RunView } from '../../../window-api/views.ts';
import { useLive } from '../../data/BridgeProvider.tsx';
import { Refused } from '../../data/calls.ts';
import { useCall } from '../../data/useCall.ts';
import { useCommand, useMay } from '../../data/useCommand.ts';
import { Answered, Page } from '../../parts/Page.tsx';
import { ProgressLine, useRunWords } from '../../parts/ProgressLine.tsx';
import { ErrorAlert } from '../../parts/Refusals.tsx';
import { GoOnButton, WhyNotRun } from '../../parts/RunButtons.tsx';
import { saveAs } from '../../parts/saveAs.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { BatchFacts } from './BatchFacts.tsx';
import { batchJson, fileNameOf, logCsv, tablesCsv } from './exported.ts';
import { LogTab } from './LogTab.tsx';
import { TablesTab } from './TablesTab.tsx';
import { TimelineTab } from './TimelineTab.tsx';
import { WhyFailed } from './WhyFailed.tsx';

/** One batch: its task, the result of each table, and the possible actions. */
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

/** Shown instead of a batch. If the id is unknown, that is not an error: the title says so. */
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
      {!isRunning && <Imported view={view} />}
      <WhyFailed view={view} />
      <Tabs defaultValue="tables" keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="tables">{t('batchPage.tabs.tables')}</Tabs.Tab>
          <Tabs.Tab value="timeline">{t('batchPage.tabs.timeline')}</Tabs.Tab>
          <Tabs.Tab value="log">{t('batchPage.tabs.log')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="tables">
          <TablesTab view={view} run={isRunning ? run : null} />
        </Tabs.Panel>
        <Tabs.Panel value="timeline">
          <TimelineTab view={view} run={isRunning ? run : null} />
        </Tabs.Panel>
        <Tabs.Panel value="log">
          <LogTab view={view} run={isRunning ? run : null} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

/** What an import has come to, and what comes next. */
function Imported({ view: { batch, tables, resumable } }: { readonly view: BatchView }) {
  const t = useT();
  const format = useFormat();
  const { imported } = batch.options;
  if (imported === undefined) return null;
  const file = visible(imported);
  const [since] = tables.flatMap((one) => one.source_snapshot_at ?? []).sort();
  if (batch.status === BatchStatus.Completed && since !== undefined)
    return (
      <Alert color="branch" icon={<IconInfoCircle aria-hidden />} role="status">
        {t('disk.imported', { file, time: format.shortTime(since) })}
      </Alert>
    );
  return resumable ? (
    <Alert color="gray" icon={<IconInfoCircle aria-hidden />} role="status">
      {t('disk.importOpen', { file })}
    </Alert>
  ) : null;
}

/** Progress of the batch while it runs. */
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
        <Text>{t('counts.checked', { count: run.checked, number: format.count(run.checked) })}</Text>
        <Text>{t('counts.written', { count: run.written, number: format.count(run.written) })}</Text>
        <Text>{t('counts.read', { size: format.bytes(run.bytes) })}</Text>
        {run.rowsPerSecond !== null && <Text>{format.rate(run.rowsPerSecond)}</Text>}
        <Text>{left(run.etaSeconds)}</Text>
      </Group>
    </Paper>
  );
}

/** Actions for the whole batch. */
function BatchActions({ view }: { readonly view: BatchView }) {
  const t = useT();
  const { command, whyNotCommand } = useMay();
  const stop = useCommand('stopRun');
  const isRunning = useLive()?.run?.batchId === view.batch.batch_id;
  return (
    <>
      <ExportMenu view={view} />
      {isRunning && (
        <Button
          variant="default"
          leftSection={<IconPlayerStop size={18} aria-hidden />}
          loading={stop.isPending}
          disabled={!command}
          title={whyNotCommand ?? t('todayPage.stopHint')}
          onClick={() => stop.mutate([])}
        >
          {t('todayPage.stop')}
        </Button>
      )}
      {!isRunning && view.resumable && <GoOnButton batch={view.batch} main />}
    </>
  );
}

/** Exports the batch as a file, for a spreadsheet or another program. */
function ExportMenu({ view }: { readonly view: BatchView }) {
  const t = useT();
  const id = view.batch.batch_id;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          variant="default"
          leftSection={<IconDownload size={18} aria-hidden />}
          rightSection={<IconChevronDown size={16} aria-hidden />}
        >
          {t('batchPage.export.button')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          onClick={() => saveAs(fileNameOf(id, 'tables', 'csv'), 'text/csv', tablesCsv(view.tables))}
        >
          {t('batchPage.export.tablesCsv')}
        </Menu.Item>
        <Menu.Item
          onClick={() =>
            saveAs(
              fileNameOf(id, 'log', 'csv'),
              'text/csv',
              logCsv(view.events, (row) => sayLogRow(row, t)),
            )
          }
        >
          {t('batchPage.export.logCsv')}
        </Menu.Item>
        <Menu.Item
          onClick={() => saveAs(fileNameOf(id, 'batch', 'json'), 'application/json', batchJson(view))}
        >
          {t('batchPage.export.json')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
