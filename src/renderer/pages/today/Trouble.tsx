import { Anchor, Button, Divider, Group, Paper, Stack, Text, Title } from '@mantine/core';
import {
  IconAlertTriangle,
  IconHourglass,
  IconPlayerPause,
  IconShieldCheck,
  IconShieldX,
} from '@tabler/icons-react';
import { useMemo } from 'react';
import { Link } from 'wouter';
import { tableNames } from '../../../shared/naming.ts';
import type { Attention, Difference } from '../../../shared/service.ts';
import { useLinkLoss } from '../../data/BridgeProvider.tsx';
import { useCall, useLabels } from '../../data/useCall.ts';
import { useCommand, useMay } from '../../data/useCommand.ts';
import { Answered } from '../../parts/Page.tsx';
import { GoOnButton, WhyNotRun } from '../../parts/RunButtons.tsx';
import { FailureGroups, TroubleTables } from '../../parts/trouble/FailureGroups.tsx';
import { groupFailures, needsConsent } from '../../parts/trouble/groupFailures.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { differenceRow, openFailures } from './standing.ts';
import classes from './Trouble.module.css';

/** Reasons shown here; the batch's own page has all of them. */
const GROUPS_SHOWN = 4;

/** A batch that did not end well: what failed, why, and what can be done. */
export function Trouble({ attention, main }: { readonly attention: Attention; readonly main: boolean }) {
  const t = useT();
  const format = useFormat();
  const isLinked = useLinkLoss() === null;
  const { batch, failed, retrying, openTables, resumesAlone } = attention;
  const href = `/batch/${batch.batch_id}`;
  const isStopped = failed.length + retrying.length === 0;
  const pressing = isStopped ? IconPlayerPause : IconAlertTriangle;
  const Icon = resumesAlone ? IconHourglass : pressing;
  const reason = batch.interruption_reason;
  const stopped =
    reason === null
      ? t('todayPage.trouble.stoppedPlain')
      : t('todayPage.trouble.stopped', { reason: t(`words.reason.${reason}`) });
  // Tables that are retried automatically are not called failed here.
  const left =
    failed.length > 0
      ? t('todayPage.trouble.failed', { count: failed.length })
      : t('todayPage.trouble.waiting', { count: retrying.length });
  return (
    <Paper withBorder p="lg" component="section" aria-labelledby={`trouble-${batch.batch_id}`}>
      <Stack gap="md">
        <Group justify="space-between" align="flex-start" gap="xs">
          <Title
            order={2}
            size="h4"
            id={`trouble-${batch.batch_id}`}
            className={resumesAlone || isStopped ? classes.waits : classes.bad}
          >
            <Icon size={22} stroke={1.8} aria-hidden className={classes.icon} />
            {isStopped ? stopped : left}
          </Title>
          <Anchor component={Link} href={href} size="sm">
            {t('todayPage.trouble.from', { time: format.shortTime(batch.started_at) })}
          </Anchor>
        </Group>
        {resumesAlone && isLinked && <Text>{t('todayPage.trouble.resumesAlone')}</Text>}
        {!isStopped ? (
          <Failures attention={attention} main={main} />
        ) : (
          <>
            <Text>{t('todayPage.trouble.left', { count: openTables })}</Text>
            <Group>
              <GoOnButton batch={batch} main={main} alone={resumesAlone} />
              <WhyNotRun />
            </Group>
          </>
        )}
      </Stack>
    </Paper>
  );
}

function Failures({ attention, main }: { readonly attention: Attention; readonly main: boolean }) {
  const t = useT();
  const { batch, failed, retrying, resumesAlone } = attention;
  const labelOf = useLabels();
  const asked = useCall('batch', batch.batch_id);
  const rows = asked.data?.tables;
  // Shows failures that need a person; automatically retried ones only if there are no others.
  const told = failed.length > 0 ? failed : retrying;
  const groups = useMemo(
    () => (rows === undefined ? [] : groupFailures(openFailures(rows, told), t, labelOf)),
    [rows, told, t, labelOf],
  );
  // Without the required consent, a retry would only fail again.
  const consentFirst = groups.length > 0 && groups.every((group) => needsConsent(group.code));
  return (
    <Answered to={asked}>
      {() => (
        <>
          <FailureGroups
            batchId={batch.batch_id}
            groups={groups.slice(0, GROUPS_SHOWN)}
            main={main && consentFirst}
            alone={resumesAlone}
          />
          {groups.length === 0 && <Text>{t('todayPage.trouble.gone')}</Text>}
          {groups.length > GROUPS_SHOWN && (
            <Anchor component={Link} href={`/batch/${batch.batch_id}`}>
              {t('todayPage.trouble.more')}
            </Anchor>
          )}
          {failed.length > 0 && retrying.length > 0 && (
            <Text>{t('todayPage.trouble.alsoRetrying', { count: retrying.length })}</Text>
          )}
          {/* What follows is for all of it, and not a step of the last reason. */}
          <Divider />
          <Group>
            <GoOnButton batch={batch} main={main && !consentFirst} alone={resumesAlone} />
            <WhyNotRun />
          </Group>
        </>
      )}
    </Answered>
  );
}

/** Tables that a verify found different at head office: which, since when, and the button to repair them. */
export function Differences({
  tables,
  main,
}: {
  readonly tables: readonly Difference[];
  /** Whether repairing is the page's recommended action. */
  readonly main: boolean;
}) {
  const t = useT();
  const format = useFormat();
  const labelOf = useLabels();
  const { run, whyNotRun } = useMay();
  const repair = useCommand('verify');
  const rows = useMemo(() => tables.map(differenceRow), [tables]);
  const groups = useMemo(() => groupFailures(rows, t, labelOf), [rows, t, labelOf]);
  // If all of them need consent, another repair would only fail again.
  const asking = groups.filter((group) => needsConsent(group.code)).flatMap((group) => group.rows);
  const mendable = tables.filter((one) => !one.collides);
  const colliding = tables.filter((one) => one.collides);
  const consentFirst = asking.length === mendable.length;
  const [since = ''] = tables.map((one) => one.since).sort();
  const only = mendable.map(({ connection, table }) => ({ connection, table }));
  return (
    <Paper withBorder p="lg" component="section" aria-labelledby="differences">
      <Stack gap="md">
        <Group justify="space-between" align="flex-start" gap="xs">
          <Title order={2} size="h4" id="differences" className={classes.bad}>
            <IconShieldX size={22} stroke={1.8} aria-hidden className={classes.icon} />
            {t('todayPage.differences.title', { count: tables.length })}
          </Title>
          <Anchor component={Link} href="/tables?show=differs" size="sm">
            {t('todayPage.differences.more')}
          </Anchor>
        </Group>
        {mendable.length > 0 && (
          <Text>{t('todayPage.differences.means', { time: format.shortTime(since) })}</Text>
        )}
        {colliding.length > 0 && (
          <Text>
            {t('todayPage.differences.collide', {
              count: colliding.length,
              names: tableNames(colliding, { t, labelOf, several: true }),
            })}
          </Text>
        )}
        <TroubleTables rows={rows} />
        {groups.length > 0 && (
          <FailureGroups
            batchId={null}
            groups={groups}
            named={tables.length > 1}
            main={main && consentFirst}
          />
        )}
        {mendable.length > 0 && (
          <Group>
            <Button
              variant={main && !consentFirst ? 'filled' : 'default'}
              leftSection={<IconShieldCheck size={18} aria-hidden />}
              disabled={!run}
              title={whyNotRun}
              loading={repair.isPending}
              onClick={() => repair.mutate([{ only, repair: true }])}
            >
              {t('todayPage.differences.repair')}
            </Button>
            <WhyNotRun />
          </Group>
        )}
      </Stack>
    </Paper>
  );
}
