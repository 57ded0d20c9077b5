import { Anchor, Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { IconShieldCheck, IconShieldX } from '@tabler/icons-react';
import { useMemo } from 'react';
import { Link } from 'wouter';
import { tableNames } from '../../../shared/names.ts';
import type { Difference } from '../../../shared/service.ts';
import { useCommand } from '../../data/useCommand.ts';
import { useLabels } from '../../data/useConnections.ts';
import { useMay } from '../../data/useMay.ts';
import { FailureGroups, TroubleTables } from '../../parts/trouble/FailureGroups.tsx';
import { WhyNotRun } from '../../parts/trouble/GoOnButton.tsx';
import { groupFailures } from '../../parts/trouble/groupFailures.ts';
import { needsConsent } from '../../parts/trouble/stepsFor.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { differenceRow } from './standing.ts';
import classes from './Trouble.module.css';

/** The tables that a verify found to differ at head office: which, since when, and the button that repairs them. */
export function Differences({
  tables,
  main,
}: {
  readonly tables: readonly Difference[];
  /** Whether repairing is what the page asks the person to do. */
  readonly main: boolean;
}) {
  const t = useT();
  const format = useFormat();
  const labelOf = useLabels();
  const { run, whyNotRun } = useMay();
  const repair = useCommand('verify');
  const rows = useMemo(() => tables.map(differenceRow), [tables]);
  const groups = useMemo(() => groupFailures(rows, t, labelOf), [rows, t, labelOf]);
  // Where consent is asked for all of them, repairing again would only fail again.
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
