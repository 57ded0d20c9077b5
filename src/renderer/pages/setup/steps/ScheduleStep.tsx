import { Button, NativeSelect, Radio, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { cronWords } from '../../../../shared/cron.ts';
import { useCall } from '../../../data/useCall.ts';
import { useSettings } from '../../../data/useSettings.ts';
import { SaveRefused } from '../../../parts/SaveRefused.tsx';
import { TimeField } from '../../../parts/TimeField.tsx';
import { useT } from '../../../words/LanguageProvider.tsx';
import { cronOf, EVERY_HOURS, type SimplePlan, withPlan, writtenPlan } from '../path.ts';
import { StepButtons } from './StepButtons.tsx';

const KINDS = ['daily', 'hours', 'never'] as const;
const PLANS: Readonly<Record<SimplePlan['kind'], SimplePlan>> = {
  daily: { kind: 'daily', time: '08:30' },
  hours: { kind: 'hours', every: 4 },
  never: { kind: 'never' },
};

/** When it runs by itself: one simple choice; the page Schedules can do more. */
export function ScheduleStep({
  onDone,
  onBack,
}: {
  readonly onDone: () => void;
  readonly onBack: () => void;
}) {
  const t = useT();
  const { data: setup } = useCall('setup');
  const settings = useSettings();
  const [plan, setPlan] = useState(() => writtenPlan(settings.current().document));
  const cron = cronOf(plan);
  const zone = setup?.timeZone ?? 'UTC';
  const wrong = plan.kind === 'daily' && cron === null;
  const save = async (): Promise<void> => {
    if (await settings.save((document) => withPlan(document, plan, zone))) onDone();
  };
  return (
    <Stack gap="lg">
      <Text>{t('setupPage.scheduleNote')}</Text>
      <Radio.Group
        label={t('setupPage.when')}
        value={plan.kind}
        onChange={(value) => setPlan(PLANS[KINDS.find((kind) => kind === value) ?? 'daily'])}
      >
        <Stack gap="xs" mt="xs">
          {KINDS.map((kind) => (
            <Radio key={kind} value={kind} label={t(`setupPage.kind.${kind}`)} />
          ))}
        </Stack>
      </Radio.Group>
      {plan.kind === 'daily' && (
        <TimeField
          label={t('setupPage.time')}
          value={plan.time}
          onChange={(time) => setPlan({ kind: 'daily', time })}
        />
      )}
      {plan.kind === 'hours' && (
        <NativeSelect
          label={t('setupPage.every')}
          value={String(plan.every)}
          w="14rem"
          data={EVERY_HOURS.map((hours) => ({
            value: String(hours),
            label: t('setupPage.hours', { count: hours }),
          }))}
          onChange={({ currentTarget }) => setPlan({ kind: 'hours', every: Number(currentTarget.value) })}
        />
      )}
      <Text size="sm" c="dimmed" role="status">
        {cron === null
          ? t('setupPage.planNever')
          : t('setupPage.plan', { words: cronWords(cron, t.language), zone })}
      </Text>
      <SaveRefused refusal={settings.refusal} shown={[]} onReload={() => void settings.reload()} />
      <StepButtons onBack={onBack}>
        <Button loading={settings.saving} disabled={wrong} onClick={() => void save()}>
          {t('setupPage.goOn')}
        </Button>
      </StepButtons>
    </Stack>
  );
}
