import { List, Paper, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import type { ErrorParams } from '../../../shared/errors.ts';
import { formatClock } from '../../../shared/format.ts';
import { cronsOf, type PlannedTimes, planWords } from '../../../shared/schedulePlan.ts';
import type { Translate } from '../../../shared/texts/translate.ts';
import type { PlanDraft } from '../../../window-api/windowApi.ts';
import { useCall } from '../../data/useCall.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { beginsAt, cronField } from './plan.ts';

/** The chosen times in words, and the next ones. */
export function PlanPreview({
  plan,
  preview: { next, late, pending },
  timezone,
  without,
}: {
  readonly plan: PlannedTimes;
  readonly preview: Previewed;
  readonly timezone: string;
  /** Text instead of the next runs while the form gives no valid plan; null if the plan is valid. */
  readonly without: string | null;
}) {
  const t = useT();
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
          <Text fw={600}>{planWords(plan, t.language)}</Text>
          <NextRuns times={next} late={late} timezone={timezone} />
          {late >= 60 && <Text size="sm">{t('schedulesPage.spread')}</Text>}
        </Stack>
      ) : (
        <Text c="dimmed">{without}</Text>
      )}
    </Paper>
  );
}

/** The next planned times, each with its real start on this computer where that is later. */
export function NextRuns({
  times,
  late,
  timezone,
}: {
  /** ISO 8601 */
  readonly times: readonly string[];
  /** This installation's own delay, in seconds. */
  readonly late: number;
  readonly timezone: string;
}) {
  const t = useT();
  const format = useFormat();
  if (times.length === 0) return null;
  return (
    <Stack gap={4}>
      <Text size="sm" fw={600}>
        {t('schedulesPage.next')}
      </Text>
      <List size="sm" className="numbers">
        {times.map((at) => (
          <List.Item key={at}>
            {late < 60
              ? format.plannedTime(at, timezone)
              : t('schedulesPage.startsAt', {
                  planned: format.plannedTime(at, timezone),
                  start: formatClock(beginsAt(at, late), t.language, timezone),
                })}
          </List.Item>
        ))}
      </List>
    </Stack>
  );
}

/** Delay after typing, so that not every letter is sent. */
const PATIENCE_MS = 200;

/** What a plan means, as far as it is known yet. */
export interface Previewed {
  readonly next: readonly string[];
  /** This installation's own delay, in seconds. */
  readonly late: number;
  /** The problem in words, and the field it belongs to; null if the times can be planned. */
  readonly problem: { readonly with: 'cron' | 'timezone'; readonly text: string } | null;
  /** Whether the other fields still belong to the previous plan. */
  readonly pending: boolean;
}

export function usePlanPreview(
  plan: PlannedTimes,
  { timezone, id, jitterSeconds }: Omit<PlanDraft, 'crons'>,
): Previewed {
  const t = useT();
  const asked = JSON.stringify({ crons: cronsOf(plan), timezone, id, jitterSeconds });
  const [settled] = useDebouncedValue(asked, PATIENCE_MS);
  const draft: PlanDraft = JSON.parse(settled);
  const { data, isPlaceholderData } = useCall('previewPlan', draft);
  const problem = data?.problem ?? null;
  return {
    next: data?.next ?? [],
    late: data?.late_seconds ?? 0,
    problem:
      problem === null
        ? null
        : { with: problem.reason === 'timezone' ? 'timezone' : 'cron', text: sayProblem(problem, t) },
    pending: settled !== asked || data === undefined || isPlaceholderData,
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
