import {
  Autocomplete,
  Button,
  Collapse,
  MultiSelect,
  NumberInput,
  Radio,
  Stack,
  Switch,
  TagsInput,
  Text,
  TextInput,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useId, useState } from 'react';
import { simplePlan } from '../../../shared/schedulePlan.ts';
import type { Translate } from '../../../shared/texts/translate.ts';
import type { SettingsView } from '../../../window-api/views.ts';
import { useSettings } from '../../data/useSettings.ts';
import { ConfirmButton } from '../../parts/ConfirmButton.tsx';
import { CancelButton, FormDrawer } from '../../parts/FormDrawer.tsx';
import { FormButtons, SaveRefused } from '../../parts/Refusals.tsx';
import { useT } from '../../words/LanguageProvider.tsx';
import { PlanFields } from './PlanFields.tsx';
import { PlanPreview, type Previewed, usePlanPreview } from './PlanPreview.tsx';
import {
  asKind,
  freeId,
  type Plan,
  plannedTimes,
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
        times: ['08:30'],
        timezone: timeZone,
      },
  );
  const [plan, setPlan] = useState(() => planOf(schedule));
  const { save: change, saving, refusal, reload } = useSettings();
  const asked: ScheduleFile = { ...schedule, ...plannedTimes(plan) };
  const [first] = useState(asked);
  const zone = schedule.timezone ?? 'UTC';
  const preview = usePlanPreview(asked, {
    timezone: zone,
    id: asked.id,
    jitterSeconds: Math.min(3600, Math.max(0, Math.round(asked.jitterSeconds ?? JITTER_SECONDS))),
  });
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
          {plan.kind === 'cron' ? (
            <Text size="sm">{t('schedulesPage.byCron')}</Text>
          ) : (
            <PlanFields plan={plan} onChange={setPlan} />
          )}
          <PlanPreview plan={asked} preview={preview} timezone={zone} without={without} />
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
          <Advanced plan={plan} setPlan={setPlan} problem={wrongAt('cron')} schedule={schedule} set={set} />
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
function withoutPlan(plan: Plan, { problem }: Previewed, t: Translate): string | null {
  if (plan.kind === 'times' && plan.times.includes('')) return t('schedulesPage.noTime');
  if (plan.kind !== 'cron' && plan.days.length === 0) return t('schedulesPage.noPlan');
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

/** Whether missed runs are caught up, the name, and whether it is on. */
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

/** What few people need: a cron expression instead of the times, and the limit of the delay. */
function Advanced({
  plan,
  setPlan,
  problem,
  schedule,
  set,
}: {
  readonly plan: Plan;
  readonly setPlan: (plan: Plan) => void;
  /** The problem of a typed expression. */
  readonly problem: string | null;
  readonly schedule: ScheduleFile;
  readonly set: (part: Partial<ScheduleFile>) => void;
}) {
  const t = useT();
  const id = useId();
  const [opened, { toggle }] = useDisclosure(plan.kind === 'cron');
  // The simple plan returns as it was when the expression is switched off again.
  const [simple, setSimple] = useState<Plan>(() => asKind(plan, 'times'));
  return (
    <div>
      <Button
        variant="subtle"
        size="compact-sm"
        aria-expanded={opened}
        aria-controls={id}
        leftSection={
          opened ? <IconChevronDown size={16} aria-hidden /> : <IconChevronRight size={16} aria-hidden />
        }
        onClick={toggle}
      >
        {t('schedulesPage.advanced')}
      </Button>
      <Collapse expanded={opened} id={id} keepMounted={false}>
        <Stack gap="md" mt="sm">
          <Switch
            label={t('schedulesPage.useCron')}
            description={t('schedulesPage.useCronHelp')}
            checked={plan.kind === 'cron'}
            onChange={({ currentTarget: { checked } }) => {
              if (checked) setSimple(plan);
              setPlan(checked ? asKind(plan, 'cron') : (simplePlan(plannedTimes(plan)) ?? simple));
            }}
          />
          {plan.kind === 'cron' && (
            <TextInput
              label={t('schedulesPage.cron')}
              description={t('schedulesPage.cronHelp')}
              value={plan.cron}
              error={problem}
              onChange={(event) => setPlan({ kind: 'cron', cron: event.currentTarget.value })}
              spellCheck={false}
            />
          )}
          <NumberInput
            label={t('schedulesPage.jitter')}
            description={t('schedulesPage.jitterHelp')}
            value={schedule.jitterSeconds ?? JITTER_SECONDS}
            min={0}
            max={3600}
            allowDecimal={false}
            onChange={(value) => set({ jitterSeconds: Number(value) })}
          />
        </Stack>
      </Collapse>
    </div>
  );
}

function chosen(names: readonly string[] | undefined): string[] {
  return (names ?? []).filter((name) => name !== '*');
}

function orAll(names: string[]): string[] {
  return names.length === 0 ? ['*'] : names;
}
