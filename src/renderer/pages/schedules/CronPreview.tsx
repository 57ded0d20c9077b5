import { Paper, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { cronWords } from '../../../shared/cron.ts';
import type { ErrorParams } from '../../../shared/errors.ts';
import type { Translate } from '../../../shared/texts/translate.ts';
import { useCall } from '../../data/useCall.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { cronField } from './plan.ts';
import { NextRuns } from './ScheduleCard.tsx';

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

/** While somebody types, not every letter is asked about. */
const PATIENCE_MS = 200;

/** What a cron expression means, as far as it is known by now. */
export interface CronPreviewed {
  /** The expression that the rest is of. */
  readonly cron: string;
  readonly next: readonly string[];
  /** What is wrong, in words, and with which of the two; null where it can be planned. */
  readonly problem: { readonly with: 'cron' | 'timezone'; readonly text: string } | null;
  /** Whether all of this is of what was there before. */
  readonly pending: boolean;
}

export function useCronPreview(cron: string, timezone: string): CronPreviewed {
  const t = useT();
  const [settled] = useDebouncedValue(cron, PATIENCE_MS);
  const { data, isPlaceholderData } = useCall('previewCron', settled, timezone);
  const problem = data?.problem ?? null;
  return {
    cron: settled,
    next: data?.next ?? [],
    problem:
      problem === null
        ? null
        : { with: problem.reason === 'timezone' ? 'timezone' : 'cron', text: sayProblem(problem, t) },
    pending: settled !== cron || data === undefined || isPlaceholderData,
  };
}

function sayProblem({ reason, field: name }: ErrorParams, t: Translate): string {
  switch (reason) {
    case 'cron_field': {
      const field = cronField(name);
      if (field === null) return t('schedulesPage.problem.fields');
      const { from, to } = field;
      return t('schedulesPage.problem.field', {
        field: t(`schedulesPage.problem.fieldName.${field.name}`),
        from,
        to,
      });
    }
    case 'cron_often':
      return t('schedulesPage.problem.often');
    case 'cron_never':
      return t('schedulesPage.problem.never');
    case 'timezone':
      return t('schedulesPage.problem.timezone');
    default:
      return t('schedulesPage.problem.fields');
  }
}
