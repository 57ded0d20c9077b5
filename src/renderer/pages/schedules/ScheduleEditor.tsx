import {
  Autocomplete,
  Button,
  MultiSelect,
  NumberInput,
  Radio,
  Stack,
  Switch,
  TagsInput,
  TextInput,
} from '@mantine/core';
import { useState } from 'react';
import type { Translate } from '../../../shared/texts/translate.ts';
import type { SettingsView } from '../../../window-api/views.ts';
import { useSettings } from '../../data/useSettings.ts';
import { ConfirmButton } from '../../parts/ConfirmButton.tsx';
import { CancelButton, FormDrawer } from '../../parts/FormDrawer.tsx';
import { FormButtons, SaveRefused } from '../../parts/Refusals.tsx';
import { useT } from '../../words/LanguageProvider.tsx';
import { CronPreview, type CronPreviewed, PlanFields, useCronPreview } from './PlanFields.tsx';
import {
  cronOf,
  freeId,
  type Plan,
  planOf,
  type ScheduleFile,
  withoutSchedule,
  withSchedule,
} from './plan.ts';

/** Default limit for each installation's own delay. */
const JITTER_SECONDS = 300;

/** @param props.id null for a new schedule */
export function ScheduleEditor({
  settings,
  id,
  timeZone,
  onClose,
}: {
  readonly settings: SettingsView;
  readonly id: string | null;
  /** This computer's time zone, the default for new schedules. */
  readonly timeZone: string;
  readonly onClose: () => void;
}) {
  const t = useT();
  const { document } = settings;
  const present = document?.schedules?.find((one) => one.id === id);
  const [schedule, setSchedule] = useState<ScheduleFile>(
    () =>
      present ?? {
        id: freeId(document, t('schedulesPage.newId')),
        cron: '30 8 * * *',
        timezone: timeZone,
      },
  );
  const [plan, setPlan] = useState(() => planOf(schedule.cron));
  const { save: change, saving, refusal, reload } = useSettings();
  const asked = { ...schedule, cron: cronOf(plan) };
  const [first] = useState(asked);
  const zone = schedule.timezone ?? 'UTC';
  const preview = useCronPreview(asked.cron, zone);
  const wrongAt = (part: 'cron' | 'timezone'): string | null =>
    preview.problem?.with === part ? preview.problem.text : null;
  const without = withoutPlan(plan, preview, t);
  const set = (part: Partial<ScheduleFile>): void => setSchedule({ ...schedule, ...part });
  const save = async (): Promise<void> => {
    if (await change((now) => withSchedule(now, id, asked))) onClose();
  };
  return (
    <FormDrawer
      title={id === null ? t('schedulesPage.add') : t('schedulesPage.editOf', { id })}
      touched={JSON.stringify(asked) !== JSON.stringify(first)}
      onClose={onClose}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (without === null) void save();
          else event.currentTarget.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
        }}
      >
        <Stack gap="md">
          <SaveRefused refusal={refusal} shown={[]} onReload={() => void reload()} />
          <PlanFields plan={plan} onChange={setPlan} problem={wrongAt('cron')} />
          <CronPreview
            preview={preview}
            timezone={zone}
            spread={(schedule.jitterSeconds ?? JITTER_SECONDS) > 0}
            without={without}
          />
          <Autocomplete
            label={t('schedulesPage.timezone')}
            value={zone}
            data={Intl.supportedValuesOf('timeZone')}
            limit={20}
            error={wrongAt('timezone')}
            onChange={(timezone) => set({ timezone })}
          />
          <Scope settings={settings} schedule={schedule} set={set} />
          <Conduct schedule={schedule} set={set} />
          <FormButtons
            back={
              id === null ? undefined : (
                <ConfirmButton
                  title={t('schedulesPage.removeTitle', { id })}
                  text={t('schedulesPage.removeText')}
                  confirm={t('window.remove')}
                  onConfirm={async () => {
                    if (await change((now) => withoutSchedule(now, id))) onClose();
                  }}
                >
                  {t('window.remove')}
                </ConfirmButton>
              )
            }
          >
            <CancelButton onClick={onClose} />
            <Button type="submit" loading={saving} disabled={preview.pending}>
              {t('window.save')}
            </Button>
          </FormButtons>
        </Stack>
      </form>
    </FormDrawer>
  );
}

/** What to show instead of a plan; null if there is one. Problems are shown at their own fields. */
function withoutPlan(plan: Plan, { problem }: CronPreviewed, t: Translate): string | null {
  if ('time' in plan && plan.time === '') return t('schedulesPage.noTime');
  if (problem === null) return null;
  const field = problem.with === 'timezone' || plan.kind === 'cron';
  return field ? t('schedulesPage.noPlan') : problem.text;
}

/** The connections and tables of a schedule; none named means all. */
function Scope({
  settings,
  schedule,
  set,
}: {
  readonly settings: SettingsView;
  readonly schedule: ScheduleFile;
  readonly set: (part: Partial<ScheduleFile>) => void;
}) {
  const t = useT();
  const connections = settings.effective?.connections ?? [];
  return (
    <>
      <MultiSelect
        label={t('schedulesPage.connections')}
        placeholder={
          chosen(schedule.connections).length === 0 ? t('schedulesPage.allConnections') : undefined
        }
        data={connections.map((one) => ({ value: one.id, label: one.label || one.id }))}
        value={chosen(schedule.connections)}
        onChange={(ids) => set({ connections: orAll(ids) })}
      />
      <TagsInput
        label={t('schedulesPage.tables')}
        description={t('schedulesPage.tablesHelp')}
        placeholder={chosen(schedule.tables).length === 0 ? t('schedulesPage.allTables') : undefined}
        value={chosen(schedule.tables)}
        onChange={(tables) => set({ tables: orAll(tables) })}
      />
    </>
  );
}

/** Whether missed runs are caught up, how late a run may begin, the name, and whether it is on. */
function Conduct({
  schedule,
  set,
}: {
  readonly schedule: ScheduleFile;
  readonly set: (part: Partial<ScheduleFile>) => void;
}) {
  const t = useT();
  return (
    <>
      <Radio.Group
        label={t('schedulesPage.ifMissed')}
        value={schedule.missed ?? 'once'}
        onChange={(missed) => set({ missed: missed === 'skip' ? 'skip' : 'once' })}
      >
        <Stack gap="xs" mt={4}>
          <Radio value="once" label={t('schedulesPage.missed.once')} />
          <Radio value="skip" label={t('schedulesPage.missed.skip')} />
        </Stack>
      </Radio.Group>
      <NumberInput
        label={t('schedulesPage.jitter')}
        description={t('schedulesPage.jitterHelp')}
        value={schedule.jitterSeconds ?? JITTER_SECONDS}
        min={0}
        max={3600}
        allowDecimal={false}
        onChange={(value) => set({ jitterSeconds: Number(value) })}
      />
      <TextInput
        label={t('schedulesPage.name')}
        description={t('schedulesPage.nameHelp')}
        value={schedule.id}
        required
        maxLength={60}
        onChange={(event) => set({ id: event.currentTarget.value })}
      />
      <Switch
        label={t('schedulesPage.enabled')}
        checked={schedule.enabled ?? true}
        onChange={(event) => set({ enabled: event.currentTarget.checked })}
      />
    </>
  );
}

function chosen(names: readonly string[] | undefined): string[] {
  return (names ?? []).filter((name) => name !== '*');
}

function orAll(names: string[]): string[] {
  return names.length === 0 ? ['*'] : names;
}
