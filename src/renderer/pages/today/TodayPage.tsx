import { Anchor, Text } from '@mantine/core';
import { Link } from 'wouter';
import type { Attention } from '../../../shared/service.ts';
import type { LiveView, Setup } from '../../../shared/window/views.ts';
import { isNotSetUp } from '../../data/hindrances.ts';
import { useLinkLoss, useLive } from '../../data/liveStore.ts';
import { useCall } from '../../data/useCall.ts';
import { useLabels } from '../../data/useLabels.ts';
import { useNow } from '../../data/useNow.ts';
import { Answered } from '../../parts/Answered.tsx';
import { Page } from '../../parts/Page.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { Actions } from './Actions.tsx';
import { LATEST, LatestBatches } from './LatestBatches.tsx';
import { NextRun } from './NextRun.tsx';
import { RunningBatch } from './RunningBatch.tsx';
import { StandingCard } from './StandingCard.tsx';
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
  return (
    <>
      <StandingCard standing={standing}>
        {!notSetUp && (
          <>
            <Actions live={live} main={first === undefined} />
            {!settingsWrong && linkLoss === null && <NextRun status={live.status} />}
          </>
        )}
      </StandingCard>
      {live.run !== null && <RunningBatch run={live.run} />}
      {troubles.slice(0, TROUBLES_SHOWN).map((one) => (
        <Trouble
          key={one.batch.batch_id}
          attention={one}
          main={one === first && !one.resumesAlone && live.run === null}
        />
      ))}
      {troubles.length > TROUBLES_SHOWN && (
        <Text>
          <Anchor component={Link} href="/history">
            {t('todayPage.trouble.earlier', { count: troubles.length - TROUBLES_SHOWN })}
          </Anchor>
        </Text>
      )}
      {(!notSetUp || hasHistory) && <LatestBatches />}
    </>
  );
}

/** What needs a person first; what is being gone on with at this moment is no trouble now. */
function troublesOf({ status, run }: LiveView): readonly Attention[] {
  const open = status.attention.filter((one) => one.batch.batch_id !== run?.batchId);
  return [...open.filter((one) => !one.resumesAlone), ...open.filter((one) => one.resumesAlone)];
}
