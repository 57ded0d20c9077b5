import { Anchor, Group, Paper, Text, Title } from '@mantine/core';
import { Link } from 'wouter';
import type { BatchSummary } from '../../../shared/contract.ts';
import { BatchStatus } from '../../../shared/status.ts';
import { useLive } from '../../data/BridgeProvider.tsx';
import { withLive } from '../../data/liveBatch.ts';
import { useCall } from '../../data/useCall.ts';
import { Answered } from '../../parts/Page.tsx';
import { StatusMark } from '../../parts/StatusMark.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import classes from './Latest.module.css';

/** As many as fit beside everything else without scrolling. */
export const LATEST = 5;

/** The last few batches, each a way to its page. */
export function LatestBatches() {
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
  const rows = format.count(batch.records_processed);
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
