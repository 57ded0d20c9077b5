import { Anchor, Paper, Stack, Tabs, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { FleetBranch } from '../../../shared/fleet.ts';
import { reasonText } from '../../../shared/texts/fleetText.ts';
import { visible } from '../../../shared/visible.ts';
import type { FleetBranchView } from '../../../window-api/views.ts';
import { useCall } from '../../data/useCall.ts';
import { Answered, Page } from '../../parts/Page.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import facts from '../batch/Facts.module.css';
import { BranchBatches } from './BranchBatches.tsx';
import { BranchMark } from './BranchMark.tsx';
import { BranchTables } from './BranchTables.tsx';
import { branchAddress } from './boardFilter.ts';

/** One branch, as far as head office knows it. @param props.batchId one of its batches, whose tables are shown */
export function BranchPage({
  connection,
  batchId = null,
}: {
  readonly connection: string;
  readonly batchId?: string | null;
}) {
  const t = useT();
  const view = useCall('fleetBranch', connection);
  return (
    <Page title={visible(view.data?.branch.label ?? connection)}>
      <Text size="sm">
        <Anchor component={Link} href="/" inherit>
          {t('boardPage.back')}
        </Anchor>
        {batchId !== null && (
          <>
            {' › '}
            <Anchor component={Link} href={branchAddress(connection)} inherit>
              {visible(view.data?.branch.label ?? connection)}
            </Anchor>
          </>
        )}
      </Text>
      <Answered to={view}>
        {(found) => (
          <Stack gap="lg">
            <BranchFacts branch={found.branch} />
            {batchId === null ? <Reports view={found} /> : <OneBatch connection={connection} id={batchId} />}
          </Stack>
        )}
      </Answered>
    </Page>
  );
}

function Reports({ view }: { readonly view: FleetBranchView }) {
  const t = useT();
  return (
    <Tabs defaultValue="batches" keepMounted={false}>
      <Tabs.List mb="md">
        <Tabs.Tab value="batches">{t('boardPage.batches')}</Tabs.Tab>
        <Tabs.Tab value="tables">{t('boardPage.tablesTab')}</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="batches">
        <BranchBatches view={view} />
      </Tabs.Panel>
      <Tabs.Panel value="tables">
        <Text size="sm" c="dimmed" mb="sm">
          {t('boardPage.tablesMeaning')}
        </Text>
        <BranchTables tables={view.tables} label={t('boardPage.tableList')} />
      </Tabs.Panel>
    </Tabs>
  );
}

function OneBatch({ connection, id }: { readonly connection: string; readonly id: string }) {
  const t = useT();
  const tables = useCall('fleetBatch', connection, id);
  return (
    <section>
      <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
        {t('boardPage.batchTables')} {visible(id)}
      </Text>
      <Text size="sm" c="dimmed" mb="sm">
        {t('boardPage.batchMeaning')}
      </Text>
      <Answered to={tables}>
        {(found) => <BranchTables tables={found} label={t('boardPage.batchTables')} />}
      </Answered>
    </section>
  );
}

function BranchFacts({ branch }: { readonly branch: FleetBranch }) {
  const t = useT();
  const format = useFormat();
  const time = (at: string | null): string => (at === null ? '–' : format.moment(at));
  const text = (value: string | null): string => (value === null ? '–' : visible(value));
  const { failed_tables: failed, differing_tables: differing, tables, clock_skew_seconds: skew } = branch;
  return (
    <Paper withBorder p="lg">
      <div className={facts.top}>
        <div role="status" className={facts.status}>
          <BranchMark of={branch.state} />
          <span>{visible(reasonText(branch, t, format.moment))}</span>
          {branch.since !== null && (
            <span>{t('boardPage.since', { time: format.moment(branch.since) })}</span>
          )}
          {branch.late && branch.state !== 'late' && (
            <span className={facts.failed}>{t('boardPage.lateToo')}</span>
          )}
        </div>
      </div>
      <dl className={`${facts.facts} numbers`}>
        <Fact name={t('boardPage.facts.upTo')}>
          {branch.up_to === null ? t('boardPage.never') : time(branch.up_to)}
        </Fact>
        <Fact name={t('boardPage.facts.lastSeen')}>{time(branch.last_seen)}</Fact>
        <Fact name={t('boardPage.facts.nextRun')}>
          {branch.next_run === null ? t('boardPage.noPlan') : time(branch.next_run)}
        </Fact>
        <Fact name={t('boardPage.facts.tables')}>
          {tables === null ? t('boardPage.noReport') : format.count(tables)}
          {failed !== null && failed > 0 && (
            <span className={facts.failed}>
              {' · '}
              {t('boardPage.failed', { count: failed, number: format.count(failed) })}
            </span>
          )}
          {differing !== null && differing > 0 && (
            <span className={facts.failed}>
              {' · '}
              {t('boardPage.differing', { count: differing, number: format.count(differing) })}
            </span>
          )}
        </Fact>
        <Fact name={t('boardPage.facts.host')}>{text(branch.host)}</Fact>
        <Fact name={t('boardPage.facts.version')}>{text(branch.version)}</Fact>
        <Fact name={t('boardPage.facts.clock')}>
          <Clock seconds={skew} />
        </Fact>
        <Fact name={t('boardPage.facts.id')}>{visible(branch.connection)}</Fact>
      </dl>
    </Paper>
  );
}

/** Less than this is not worth a person's attention: schedules run by the minute. */
const RIGHT_SECONDS = 60;

function Clock({ seconds }: { readonly seconds: number | null }) {
  const t = useT();
  const format = useFormat();
  if (seconds === null) return '–';
  return Math.abs(seconds) <= RIGHT_SECONDS
    ? t('boardPage.clockRight', { seconds: RIGHT_SECONDS })
    : t('boardPage.clockOff', { duration: format.duration(Math.abs(seconds)) });
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
