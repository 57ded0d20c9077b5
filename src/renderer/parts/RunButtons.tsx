import { Button, Text } from '@mantine/core';
import { IconDatabaseImport, IconPlayerPlay, IconPlayerTrackNext, IconRefresh } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { BatchRow } from '../../shared/contract.ts';
import { BatchStatus } from '../../shared/status.ts';
import { useCommand, useMay } from '../data/useCommand.ts';
import { useT } from '../words/LanguageProvider.tsx';
import { importPlace } from './branchesPlace.ts';

/**
 * Begins a batch of all tables.
 *
 * @param props.main whether this is the page's recommended action
 */
export function RunNowButton({ main }: { readonly main: boolean }) {
  const t = useT();
  const { run, whyNotRun } = useMay();
  const runNow = useCommand('runNow');
  return (
    <Button
      variant={main ? 'filled' : 'default'}
      leftSection={<IconPlayerPlay size={18} aria-hidden />}
      loading={runNow.isPending}
      disabled={!run}
      title={whyNotRun}
      onClick={() => runNow.mutate([{}])}
    >
      {t('todayPage.runNow')}
    </Button>
  );
}

/** Resumes a batch that did not end well: retries failed tables and runs the rest. */
export function GoOnButton({
  batch,
  main,
  alone = false,
}: {
  readonly batch: BatchRow;
  /** Whether this is the page's recommended action. */
  readonly main: boolean;
  /** Whether it would be resumed automatically later. */
  readonly alone?: boolean;
}) {
  const t = useT();
  const { run, whyNotRun } = useMay();
  const resume = useCommand('resume');
  // Its rows come from a file: only another import of it goes on.
  if (batch.options.imported !== undefined)
    return (
      <Button
        component={Link}
        href={importPlace(batch.batch_id)}
        variant={main ? 'filled' : 'default'}
        leftSection={<IconDatabaseImport size={18} aria-hidden />}
      >
        {t('disk.importAgain')}
      </Button>
    );
  const isRetry = batch.status === BatchStatus.Failed;
  const Icon = isRetry ? IconRefresh : IconPlayerTrackNext;
  const retry = alone ? t('troubles.retryNow') : t('troubles.retry');
  const goOn = alone ? t('troubles.resumeNow') : t('troubles.resume');
  return (
    <Button
      variant={main ? 'filled' : 'default'}
      leftSection={<Icon size={18} aria-hidden />}
      disabled={!run}
      title={whyNotRun}
      loading={resume.isPending}
      onClick={() => resume.mutate([batch.batch_id, {}])}
    >
      {isRetry ? retry : goOn}
    </Button>
  );
}

/**
 * Why nothing can be started now, shown below the disabled buttons, whose titles the keyboard cannot reach.
 * If no command at all is possible, a banner above every page says so.
 */
export function WhyNotRun({ ta = 'start' }: { readonly ta?: 'start' | 'end' }) {
  const { command, whyNotRun } = useMay();
  if (!command || whyNotRun === undefined) return null;
  return (
    <Text size="sm" c="dimmed" ta={ta} w="100%">
      {whyNotRun}
    </Text>
  );
}
