import {
  ActionIcon,
  Button,
  Chip,
  Fieldset,
  Group,
  Input,
  NativeSelect,
  NumberInput,
  SegmentedControl,
  Stack,
  VisuallyHidden,
} from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { EVERY_HOURS, type SimplePlan, WEEKDAYS, type Weekday } from '../../../shared/schedulePlan.ts';
import { TimeField } from '../../parts/TimeField.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { asKind, proposedTime } from './plan.ts';

const KINDS = ['times', 'hours'] as const satisfies readonly SimplePlan['kind'][];

/** The times of a schedule, chosen without knowing cron. */
export function PlanFields({
  plan,
  onChange,
}: {
  readonly plan: SimplePlan;
  readonly onChange: (plan: SimplePlan) => void;
}) {
  const t = useT();
  return (
    <Stack gap="sm">
      <SegmentedControl
        aria-label={t('schedulesPage.when')}
        value={plan.kind}
        onChange={(kind) => {
          const next = asKind(plan, kind);
          if (next.kind !== 'cron') onChange(next);
        }}
        data={KINDS.map((kind) => ({ value: kind, label: t(`schedulesPage.kind.${kind}`) }))}
      />
      {plan.kind === 'times' ? (
        <TimesFields times={plan.times} onChange={(times) => onChange({ ...plan, times })} />
      ) : (
        <Group align="flex-end">
          <NativeSelect
            label={t('schedulesPage.everyHours')}
            value={String(plan.every)}
            onChange={(event) => onChange({ ...plan, every: Number(event.currentTarget.value) })}
            data={EVERY_HOURS.map(String)}
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
      )}
      <DayToggles days={plan.days} onChange={(days) => onChange({ ...plan, days })} />
    </Stack>
  );
}

/** One field per time. */
function TimesFields({
  times,
  onChange,
}: {
  readonly times: readonly string[];
  readonly onChange: (times: readonly string[]) => void;
}) {
  const t = useT();
  const list = useRef<HTMLFieldSetElement>(null);
  // Keys of their own, because a field that is being typed in has no other identity.
  const [rows, setRows] = useState(() => times.map((time, key) => ({ key, time })));
  const change = (next: typeof rows): void => {
    setRows(next);
    onChange(next.map(({ time }) => time));
  };
  const focus = (at: number): void => {
    // After the new field has been drawn, or the removed one is gone.
    requestAnimationFrame(() => list.current?.querySelectorAll('input')[at]?.focus());
  };
  const add = (): void => {
    const key = Math.max(...rows.map((row) => row.key)) + 1;
    change([...rows, { key, time: proposedTime(rows.map(({ time }) => time)) }]);
    focus(rows.length);
  };
  return (
    <Fieldset
      legend={<VisuallyHidden>{t('schedulesPage.times')}</VisuallyHidden>}
      variant="unstyled"
      ref={list}
    >
      <Group gap="sm" align="flex-start">
        {rows.map(({ key, time }, index) => (
          <Group key={key} gap={2} align="flex-end" wrap="nowrap">
            <TimeField
              label={
                rows.length === 1
                  ? t('schedulesPage.time')
                  : t('schedulesPage.timeNumber', { number: index + 1 })
              }
              value={time}
              onChange={(next) => change(rows.map((row) => (row.key === key ? { key, time: next } : row)))}
            />
            {rows.length > 1 && (
              <ActionIcon
                variant="subtle"
                color="gray"
                size={36}
                aria-label={t('schedulesPage.removeTime', { number: index + 1 })}
                onClick={() => {
                  change(rows.filter((row) => row.key !== key));
                  focus(Math.max(0, index - 1));
                }}
              >
                <IconTrash size={16} aria-hidden />
              </ActionIcon>
            )}
          </Group>
        ))}
      </Group>
      <Button
        mt="xs"
        size="xs"
        variant="default"
        leftSection={<IconPlus size={14} aria-hidden />}
        disabled={rows.length >= MOST_TIMES}
        onClick={add}
      >
        {t('schedulesPage.addTime')}
      </Button>
    </Fieldset>
  );
}

/** As many as the settings accept. */
const MOST_TIMES = 48;

/** A day of each name, Monday first. */
const NAMED_DAYS: Readonly<Record<Weekday, string>> = {
  mon: '2024-09-02',
  tue: '2024-09-03',
  wed: '2024-09-04',
  thu: '2024-09-05',
  fri: '2024-09-06',
  sat: '2024-09-07',
  sun: '2024-09-08',
};

function DayToggles({
  days,
  onChange,
}: {
  readonly days: readonly Weekday[];
  readonly onChange: (days: readonly Weekday[]) => void;
}) {
  const t = useT();
  const format = useFormat();
  const missing = days.length === 0;
  return (
    <Input.Wrapper
      label={t('schedulesPage.days')}
      labelElement="div"
      error={missing ? t('schedulesPage.noDay') : null}
    >
      <Group gap={6} mt={4} role="group" aria-label={t('schedulesPage.days')} aria-invalid={missing}>
        {WEEKDAYS.map((day) => (
          <Chip
            key={day}
            size="sm"
            radius="sm"
            variant="outline"
            checked={days.includes(day)}
            onChange={(on) => onChange(WEEKDAYS.filter((one) => (one === day ? on : days.includes(one))))}
          >
            {format.weekday(NAMED_DAYS[day])}
          </Chip>
        ))}
      </Group>
    </Input.Wrapper>
  );
}
