import {
  Checkbox,
  Group,
  NativeSelect,
  NumberInput,
  SegmentedControl,
  Stack,
  TextInput,
} from '@mantine/core';
import { TimeField } from '../../parts/TimeField.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { asKind, HOURS, type Plan, type PlanKind } from './plan.ts';

const KINDS = ['daily', 'weekly', 'hourly', 'cron'] as const satisfies readonly PlanKind[];

/** From Monday on, Sunday being 0 as in cron. */
const WEEK = [1, 2, 3, 4, 5, 6, 0] as const;

/** The days from the 1st to the 7th of this month are a week from Sunday on. */
const SUNDAY = '2024-09-0';

/** When: chosen, or typed as a cron expression. */
export function PlanFields({
  plan,
  onChange,
  problem,
}: {
  readonly plan: Plan;
  readonly onChange: (plan: Plan) => void;
  /** What is wrong with a typed expression. */
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
