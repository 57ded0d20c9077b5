import { Paper, Stack, Text } from '@mantine/core';
import { cronWords } from '../../../shared/cronWords.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { NextRuns } from './NextRuns.tsx';
import type { CronPreviewed } from './useCronPreview.ts';

/** What has been chosen, in words, and when that is next. */
export function CronPreview({
  preview: { cron, next, pending },
  timezone,
  spread,
  without,
}: {
  readonly preview: CronPreviewed;
  readonly timezone: string;
  /** Whether each branch begins at a moment of its own after that. */
  readonly spread: boolean;
  /** What is said where nothing can be planned; null where it can. */
  readonly without: string | null;
}) {
  const t = useT();
  const format = useFormat();
  return (
    <Paper
      withBorder
      p="md"
      aria-live="polite"
      aria-busy={pending}
      c={pending ? 'dimmed' : 'var(--mantine-color-text)'}
    >
      {without === null ? (
        <Stack gap="xs">
          <Text fw={600}>{cronWords(cron, t.language)}</Text>
          <NextRuns times={next.map((at) => format.plannedTime(at, timezone))} />
          {spread && <Text size="sm">{t('schedulesPage.spread')}</Text>}
        </Stack>
      ) : (
        <Text c="dimmed">{without}</Text>
      )}
    </Paper>
  );
}
