import { List, Paper, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { cronWords } from '../../../shared/cronWords.ts';
import { useCall } from '../../data/useCall.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';

/** What has been chosen, in words, and when that is next. */
export function CronPreview({
  cron,
  timezone,
  problem,
}: {
  readonly cron: string;
  readonly timezone: string;
  readonly problem: string | null;
}) {
  const t = useT();
  const format = useFormat();
  const [settled] = useDebouncedValue(cron, 200);
  const { data } = useCall('previewCron', settled, timezone);
  return (
    <Paper withBorder p="md" aria-live="polite">
      {problem === null ? (
        <>
          <Text fw={600}>{cronWords(settled, t.language)}</Text>
          <List size="sm" className="numbers">
            {(data?.next ?? []).map((at) => (
              <List.Item key={at}>{format.plannedTime(at, timezone)}</List.Item>
            ))}
          </List>
        </>
      ) : (
        <Text c="var(--branch-bad)">{problem}</Text>
      )}
    </Paper>
  );
}
