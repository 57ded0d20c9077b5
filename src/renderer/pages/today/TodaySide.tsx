import { Anchor, Paper, Text, Title } from '@mantine/core';
import { Link } from 'wouter';
import type { TodayView } from '../../../window-api/views.ts';
import { useNow } from '../../data/useNow.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import classes from './TodaySide.module.css';

/** What was moved today, and when all was verified: beside the page where there is room. */
export function TodaySide({ view: { work, verified } }: { readonly view: TodayView }) {
  const t = useT();
  const format = useFormat();
  const now = useNow();
  const never = verified.never;
  return (
    <>
      <Paper withBorder p="lg" component="section" aria-labelledby="moved">
        <Title order={2} size="h4" id="moved" mb="sm">
          {t('todayPage.side.moved')}
        </Title>
        <Amount
          label={t('todayPage.side.rows')}
          value={format.count(work.rows)}
          now={work.rows}
          usual={work.usualRows}
          usually={work.usualRows === null ? null : format.count(Math.round(work.usualRows))}
        />
        <Amount
          label={t('todayPage.side.sent')}
          value={format.bytes(work.sentBytes)}
          now={work.sentBytes}
          usual={work.usualBytes}
          usually={work.usualBytes === null ? null : format.bytes(Math.round(work.usualBytes))}
        />
      </Paper>
      <Paper withBorder p="lg" component="section" aria-labelledby="verified">
        <Title order={2} size="h4" id="verified" mb="xs">
          {t('todayPage.side.verified')}
        </Title>
        <Text className="numbers">
          {verified.since === null
            ? t('todayPage.side.verifiedNever')
            : t('todayPage.side.verifiedSince', { time: format.shortTime(verified.since) })}
        </Text>
        {verified.since !== null && (
          <Text size="sm" c="dimmed">
            {format.ago(verified.since, now)}
          </Text>
        )}
        {verified.since !== null && never > 0 && (
          <Text size="sm">
            {t('todayPage.side.unverified', { count: never, number: format.count(never) })}
          </Text>
        )}
        <Anchor component={Link} href="/tables?show=unproved" size="sm">
          {t('todayPage.side.toTables')}
        </Anchor>
      </Paper>
    </>
  );
}

function Amount({
  label,
  value,
  now,
  usual,
  usually,
}: {
  readonly label: string;
  readonly value: string;
  readonly now: number;
  readonly usual: number | null;
  /** The usual amount, written out. */
  readonly usually: string | null;
}) {
  const t = useT();
  const most = Math.max(1, now, usual ?? 0);
  return (
    <div className={classes.amount}>
      <Text size="sm" c="dimmed">
        {label}
      </Text>
      <Text className={`${classes.value} numbers`}>{value}</Text>
      <div className={classes.bar} aria-hidden>
        <span style={{ width: `${(now / most) * 100}%` }} />
        {usual !== null && <i style={{ insetInlineStart: `min(${(usual / most) * 100}%, 100% - 2px)` }} />}
      </div>
      <Text size="sm" c="dimmed" className="numbers">
        {usually === null ? t('todayPage.side.noUsual') : t('todayPage.side.usual', { amount: usually })}
      </Text>
    </div>
  );
}
