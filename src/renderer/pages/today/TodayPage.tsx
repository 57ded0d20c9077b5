import { Anchor, Text } from '@mantine/core';
import { Link } from 'wouter';
import { worstConcern } from '../../../shared/concerns.ts';
import type { Attention } from '../../../shared/service.ts';
import type { LiveView, Setup } from '../../../window-api/views.ts';
import { useLinkLoss, useLive } from '../../data/BridgeProvider.tsx';
import { isNotSetUp } from '../../data/hindrances.ts';
import { useCall } from '../../data/useCall.ts';
import { useLabels } from '../../data/useConnections.ts';
import { useNow } from '../../data/useNow.ts';
import { Answered, Page } from '../../parts/Page.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { Actions } from './Actions.tsx';
import { Differences } from './Differences.tsx';
import { LATEST, LatestBatches } from './LatestBatches.tsx';
import { RunningBatch } from './RunningBatch.tsx';
import { NextRun, StandingCard } from './StandingCard.tsx';
import { standingOf } from './standing.ts';
import { Trouble } from './Trouble.tsx';

/** Batches whose trouble is told in full; older ones are in the history. */
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
  // As CONCERN_RANKS has it: what failed first, then what differs, then what was stopped.
  const failedFirst = needsPerson && first.failed.length > 0;
  return (
    <>
      <StandingCard standing={standing}>
        {!notSetUp && (
          <>
            <Actions live={live} main={runs} />
            {!settingsWrong && linkLoss === null && <NextRun status={live.status} />}
          </>
        )}
      </StandingCard>
      {live.run !== null && <RunningBatch run={live.run} />}
      {!failedFirst && <Different live={live} main />}
      {troubles.slice(0, TROUBLES_SHOWN).map((one) => (
        <Trouble
          key={one.batch.batch_id}
          attention={one}
          main={one === first && needsPerson && live.run === null && (failedFirst || differing.length === 0)}
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
      {(!notSetUp || hasHistory) && <LatestBatches />}
    </>
  );
}

/** Whether a run is what is wanted most: what mends itself stands behind a branch that was never copied. */
function isNeverCopied({ status, upTo }: LiveView): boolean {
  return worstConcern(status, upTo)?.kind === 'never_copied';
}

function Different({ live, main }: { readonly live: LiveView; readonly main: boolean }) {
  const { differing } = live.status;
  return differing.length === 0 ? null : <Differences tables={differing} main={main && live.run === null} />;
}

/** What failed and needs a person first, then what was stopped; what is being gone on with at this moment is no trouble now. */
function troublesOf({ status, run }: LiveView): readonly Attention[] {
  const open = status.attention.filter((one) => one.batch.batch_id !== run?.batchId);
  const rank = (one: Attention): number => (one.resumesAlone ? 2 : one.failed.length > 0 ? 0 : 1);
  return open.toSorted((a, b) => rank(a) - rank(b));
}
