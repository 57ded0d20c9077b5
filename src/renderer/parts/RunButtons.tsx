import { Button, Text } from '@mantine/core';
import { IconPlayerPlay, IconPlayerTrackNext, IconRefresh } from '@tabler/icons-react';
import type { BatchRow } from '../../shared/contract.ts';
import { BatchStatus } from '../../shared/status.ts';
import { useCommand } from '../data/useCommand.ts';
import { useMay } from '../data/useMay.ts';
import { useT } from '../words/LanguageProvider.tsx';

/**
 * Begins a batch of all tables.
 *
 * @param props.main whether this is what the page asks the person to do
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

/** Goes on with a batch that did not end well: what failed is tried again, what was left is done. */
export function GoOnButton({
  batch,
  main,
  alone = false,
}: {
  readonly batch: BatchRow;
  /** Whether this is what the page asks the person to do. */
  readonly main: boolean;
  /** Whether it would go on by itself, later. */
  readonly alone?: boolean;
}) {
  const t = useT();
  const { run, whyNotRun } = useMay();
  const resume = useCommand('resume');
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
 * Why nothing can be begun now, under the buttons that cannot be used: their titles are not reached by keyboard.
 * Where nothing at all can be commanded, that is said above every page already.
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
