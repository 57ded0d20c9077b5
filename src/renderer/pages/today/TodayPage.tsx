import { Anchor, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { Link } from 'wouter';
import { worstConcern } from '../../../shared/concerns.ts';
import type { BatchSummary } from '../../../shared/contract.ts';
import type { Attention } from '../../../shared/service.ts';
import { BatchStatus } from '../../../shared/status.ts';
import type { LiveView, Setup } from '../../../window-api/views.ts';
import { useLinkLoss, useLive } from '../../data/BridgeProvider.tsx';
import { isNotSetUp } from '../../data/hindrances.ts';
import { withLive } from '../../data/live.ts';
import { useCall, useLabels } from '../../data/useCall.ts';
import { useNow } from '../../data/useNow.ts';
import { ExportProgress } from '../../parts/ExportProgress.tsx';
import { Answered, Page } from '../../parts/Page.tsx';
import { StatusMark } from '../../parts/StatusMark.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { BranchBoard } from './BranchBoard.tsx';
import classes from './Latest.module.css';
import layout from './Layout.module.css';
import { PlanStrip } from './PlanStrip.tsx';
import { RunningBatch } from './RunningBatch.tsx';
import { Actions, NextRun, StandingCard } from './StandingCard.tsx';
import { standingOf } from './standing.ts';
import { TableGroups } from './TableGroups.tsx';
import { TodaySide } from './TodaySide.tsx';
import { Differences, Trouble } from './Trouble.tsx';

/** Failed batches shown in full; older ones are in the history. */
const TROUBLES_SHOWN = 2;

/** Whether head office has today's data, and if not, what to do. */
export function TodayPage() {
  const t = useT();
  const setup = useCall('setup');
  const asked = useCall('live');
  const live = useLive();
  return (
    <Page title={t('window.pages.today')}>
      <Answered to={setup}>
        {(known) =>
          live === null ? (
            <Answered to={asked}>{(first) => <Today live={first} setup={known} />}</Answered>
          ) : (
            <Today live={live} setup={known} />
          )
        }
      </Answered>
    </Page>
  );
}

function Today({ live, setup }: { readonly live: LiveView; readonly setup: Setup }) {
  const t = useT();
  const format = useFormat();
  const labelOf = useLabels();
  const now = useNow();
  const history = useCall('history', {}, 0, LATEST);
  const today = useCall('today').data;
  const notSetUp = isNotSetUp(setup);
  const settingsWrong = setup.problem !== null && !notSetUp;
  const linkLoss = useLinkLoss();
  const hasHistory = (history.data?.total ?? 0) > 0;
  const standing = standingOf(
    { live, notSetUp, settingsWrong, linkLoss, hasHistory, now, labelOf },
    { t, format },
  );
  const troubles = troublesOf(live);
  const [first] = troubles;
  const { differing } = live.status;
  const needsPerson = first !== undefined && !first.resumesAlone;
  const runs = first === undefined ? differing.length === 0 : isNeverCopied(live);
  // In the order of CONCERN_RANKS: failures first, then differences, then stopped batches.
  const failedFirst = needsPerson && first.failed.length > 0;
  return (
    <div className={today === undefined || notSetUp ? undefined : layout.page}>
      <Stack gap="lg" className={layout.main}>
        <StandingCard standing={standing}>
          {!notSetUp && (
            <>
              <Actions live={live} main={runs} />
              {!settingsWrong && linkLoss === null && <NextRun status={live.status} />}
            </>
          )}
        </StandingCard>
        {today !== undefined && <PlanStrip days={today.days} />}
        {live.run !== null && <RunningBatch run={live.run} link={live.link} />}
        {live.exporting !== null && (
          <Paper withBorder p="lg" component="section" aria-labelledby="exporting">
            <Title order={2} size="h4" id="exporting" mb="sm">
              {t('disk.exporting')}
            </Title>
            <ExportProgress exporting={live.exporting} stoppable={false} />
          </Paper>
        )}
        {(needsPerson || differing.length > 0) && (
          <Title order={2} size="h4">
            {t('todayPage.needsYou')}
          </Title>
        )}
        {!failedFirst && <Different live={live} main />}
        {troubles.slice(0, TROUBLES_SHOWN).map((one) => (
          <Trouble
            key={one.batch.batch_id}
            attention={one}
            main={
              one === first && needsPerson && live.run === null && (failedFirst || differing.length === 0)
            }
          />
        ))}
        {troubles.length > TROUBLES_SHOWN && (
          <Text>
            <Anchor component={Link} href="/history">
              {t('todayPage.trouble.earlier', { count: troubles.length - TROUBLES_SHOWN })}
            </Anchor>
          </Text>
        )}
        {failedFirst && <Different live={live} main={false} />}
        {today !== undefined && today.branches.length > 1 && (
          <BranchBoard branches={today.branches} live={live} />
        )}
        {today?.tables && <TableGroups tables={today.tables} live={live} />}
        {(!notSetUp || hasHistory) && <LatestBatches />}
      </Stack>
      {today !== undefined && !notSetUp && (
        <Stack gap="lg" className={layout.side}>
          <TodaySide view={today} />
        </Stack>
      )}
    </div>
  );
}

/** Whether running is the most useful action: a branch that was never copied comes before what resolves itself. */
function isNeverCopied({ status, upTo }: LiveView): boolean {
  return worstConcern(status, upTo)?.kind === 'never_copied';
}

function Different({ live, main }: { readonly live: LiveView; readonly main: boolean }) {
  const { differing } = live.status;
  return differing.length === 0 ? null : <Differences tables={differing} main={main && live.run === null} />;
}

/**
 * Batches that need attention: failures that need a person first, then stopped batches. The running batch is
 * left out.
 */
function troublesOf({ status, run }: LiveView): readonly Attention[] {
  const open = status.attention.filter((one) => one.batch.batch_id !== run?.batchId);
  const rank = (one: Attention): number => (one.resumesAlone ? 2 : one.failed.length > 0 ? 0 : 1);
  return open.toSorted((a, b) => rank(a) - rank(b));
}

/** As many as fit on the page without scrolling. */
const LATEST = 5;

/** The last few batches, each a link to its page. */
function LatestBatches() {
  const t = useT();
  const history = useCall('history', {}, 0, LATEST);
  const live = useLive();
  return (
    <Paper withBorder p="lg" component="section" aria-labelledby="latest">
      <Group justify="space-between" gap="xs" mb="xs">
        <Title order={2} size="h4" id="latest">
          {t('todayPage.latest.title')}
        </Title>
        <Anchor component={Link} href="/history" size="sm">
          {t('todayPage.latest.all')}
        </Anchor>
      </Group>
      <Answered to={history}>
        {({ batches }) =>
          batches.length === 0 ? (
            <Text c="dimmed">{t('todayPage.latest.none')}</Text>
          ) : (
            <ul className={classes.list}>
              {batches.map((batch) => (
                <BatchLine key={batch.batch_id} batch={withLive(batch, live?.run ?? null)} />
              ))}
            </ul>
          )
        }
      </Answered>
    </Paper>
  );
}

function BatchLine({ batch }: { readonly batch: BatchSummary }) {
  const t = useT();
  const format = useFormat();
  const rows = t('counts.checkedWritten', {
    checked: format.count(batch.records_processed + batch.records_skipped),
    written: format.count(batch.records_processed),
  });
  return (
    <li>
      <Link href={`/batch/${batch.batch_id}`} className={`${classes.line} numbers`}>
        <span className={classes.time}>{format.shortTime(batch.started_at)}</span>
        <StatusMark of={batch.status} kind="batch" />
        <span className={classes.facts}>
          {batch.status === BatchStatus.Interrupted
            ? t('todayPage.latest.factsPart', {
                done: format.count(batch.completed_tables + batch.skipped_tables),
                total: format.count(batch.total_tables),
                rows,
              })
            : t('todayPage.latest.facts', {
                count: batch.total_tables,
                tables: format.count(batch.total_tables),
                rows,
              })}
          {batch.failed_tables > 0 && (
            <span className={classes.failed}>
              {' · '}
              {t('todayPage.latest.failed', { failed: format.count(batch.failed_tables) })}
            </span>
          )}
        </span>
        <span className={classes.took}>
          {batch.duration_seconds === null ? '' : format.duration(batch.duration_seconds)}
        </span>
      </Link>
    </li>
  );
}
