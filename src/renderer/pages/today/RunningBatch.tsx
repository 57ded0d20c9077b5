import { Anchor, Group, Paper, Text, Title } from '@mantine/core';
import { Link } from 'wouter';
import type { RunView } from '../../../shared/window/views.ts';
import { ProgressLine } from '../../parts/ProgressLine.tsx';
import { useRunWords } from '../../parts/useRunWords.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import classes from './Running.module.css';
import { RunningTables } from './RunningTables.tsx';

/** The batch that runs now: the whole of it, and each table that is being copied. */
export function RunningBatch({ run }: { readonly run: RunView }) {
  const t = useT();
  const format = useFormat();
  const { rate, left } = useRunWords();
  const percent = format.percent(run.fraction);
  const tables = t('todayPage.running.tables', {
    done: format.count(run.doneTables),
    total: format.count(run.totalTables),
  });
  return (
    <Paper withBorder p="lg" component="section" aria-labelledby="running">
      <Group justify="space-between" gap="xs" mb="sm">
        <Title order={2} size="h4" id="running">
          {t('todayPage.running.title')}
        </Title>
        <Anchor component={Link} href={`/batch/${run.batchId}`} size="sm" title={run.batchId}>
          {t('todayPage.running.toBatch')}
        </Anchor>
      </Group>
      <div className={classes.whole}>
        <Text className={`${classes.percent} numbers`}>{percent}</Text>
        <div className={classes.bar}>
          <ProgressLine
            size="lg"
            label={t('todayPage.running.label')}
            fraction={run.fraction}
            text={`${percent}, ${tables}`}
          />
        </div>
        <Text size="sm" className={`${classes.left} numbers`}>
          {left(run.etaSeconds)}
        </Text>
      </div>
      <Text component="div" size="sm" className={`${classes.facts} numbers`}>
        <span>
          <span>{tables}</span>
          {run.failedTables > 0 && (
            <span className={classes.failed}>
              {' · '}
              {t('todayPage.running.failed', { count: run.failedTables })}
            </span>
          )}
        </span>
        <span>{t('todayPage.running.rows', { rows: format.count(run.rows) })}</span>
        <span>{t('todayPage.running.bytes', { size: format.bytes(run.bytes) })}</span>
        <span>{rate(run.rowsPerSecond)}</span>
      </Text>
      <RunningTables key={run.batchId} tables={run.tables} />
    </Paper>
  );
}
