import {
  Checkbox,
  Group,
  NativeSelect,
  NumberInput,
  Paper,
  SegmentedControl,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { cronWords } from '../../../shared/cron.ts';
import type { ErrorParams } from '../../../shared/errors.ts';
import type { Translate } from '../../../shared/texts/translate.ts';
import { useCall } from '../../data/useCall.ts';
import { TimeField } from '../../parts/TimeField.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { asKind, cronField, HOURS, type Plan, type PlanKind } from './plan.ts';
import { NextRuns } from './ScheduleCard.tsx';

const KINDS = ['daily', 'weekly', 'hourly', 'cron'] as const satisfies readonly PlanKind[];

/** Monday first; Sunday is 0 as in cron. */
const WEEK = [1, 2, 3, 4, 5, 6, 0] as const;

/** Days 1 to 7 of this month are a week that starts on Sunday; used to get the names. */
const SUNDAY = '2024-09-0';

/** The time of a schedule: selected, or typed as a cron expression. */
export function PlanFields({
  plan,
  onChange,
  problem,
}: {
  readonly plan: Plan;
  readonly onChange: (plan: Plan) => void;
  /** The problem of a typed expression. */
  readonly problem: string | null;
}) {
  const t = useT();
  return (
    <Stack gap="sm">
      <SegmentedControl
        aria-label={t('schedulesPage.when')}
        value={plan.kind}
        onChange={(kind) => onChange(asKind(plan, kind))}
        data={KINDS.map((kind) => ({ value: kind, label: t(`schedulesPage.kind.${kind}`) }))}
      />
      <Details plan={plan} onChange={onChange} problem={problem} />
    </Stack>
  );
}

function Details({ plan, onChange, problem }: Parameters<typeof PlanFields>[0]) {
  const t = useT();
  const format = useFormat();
  switch (plan.kind) {
    case 'daily':
      return (
        <TimeField
          label={t('schedulesPage.time')}
          value={plan.time}
          onChange={(time) => onChange({ ...plan, time })}
        />
      );
    case 'weekly':
      return (
        <Stack gap="sm">
          <TimeField
            label={t('schedulesPage.time')}
            value={plan.time}
            onChange={(time) => onChange({ ...plan, time })}
          />
          <Checkbox.Group
            label={t('schedulesPage.days')}
            value={plan.days.map(String)}
            onChange={(days) => onChange({ ...plan, days: days.map(Number) })}
          >
            <Group gap="sm" mt={4}>
              {WEEK.map((day) => (
                <Checkbox key={day} value={String(day)} label={format.weekday(`${SUNDAY}${day + 1}`)} />
              ))}
            </Group>
          </Checkbox.Group>
        </Stack>
      );
    case 'hourly':
      return (
        <Group align="flex-end">
          <NativeSelect
            label={t('schedulesPage.everyHours')}
            value={String(plan.hours)}
            onChange={(event) => onChange({ ...plan, hours: Number(event.currentTarget.value) })}
            data={HOURS.map(String)}
          />
          <NumberInput
            label={t('schedulesPage.atMinute')}
            value={plan.minute}
            min={0}
            max={59}
            clampBehavior="strict"
            allowDecimal={false}
            onChange={(minute) => onChange({ ...plan, minute: Number(minute) })}
          />
        </Group>
      );
    case 'cron':
      return (
        <TextInput
          label={t('schedulesPage.cron')}
          description={t('schedulesPage.cronHelp')}
          value={plan.cron}
          error={problem}
          onChange={(event) => onChange({ kind: 'cron', cron: event.currentTarget.value })}
          spellCheck={false}
        />
      );
  }
}

/** The chosen times in words, and the next ones. */
export function CronPreview({
  preview: { cron, next, pending },
  timezone,
  spread,
  without,
}: {
  readonly preview: CronPreviewed;
  readonly timezone: string;
  /** Whether each branch begins after its own delay. */
  readonly spread: boolean;
  /** Text instead of the next runs while the form gives no valid plan; null if the plan is valid. */
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

/** Delay after typing, so that not every letter is sent. */
const PATIENCE_MS = 200;

/** What a cron expression means, as far as it is known yet. */
export interface CronPreviewed {
  /** The expression that the other fields belong to. */
  readonly cron: string;
  readonly next: readonly string[];
  /** The problem in words, and the field it belongs to; null if the times can be planned. */
  readonly problem: { readonly with: 'cron' | 'timezone'; readonly text: string } | null;
  /** Whether the other fields still belong to the previous expression. */
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
