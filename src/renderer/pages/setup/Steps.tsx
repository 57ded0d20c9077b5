import {
  Alert,
  Button,
  Group,
  List,
  NativeSelect,
  Radio,
  SegmentedControl,
  Stack,
  Text,
} from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { cronWords } from '../../../shared/cron.ts';
import { isLanguage, LANGUAGE_NAMES, LANGUAGES } from '../../../shared/texts/language.ts';
import { useCall } from '../../data/useCall.ts';
import { useCommand } from '../../data/useCommand.ts';
import { useSettings } from '../../data/useSettings.ts';
import { ErrorAlert, SaveRefused } from '../../parts/Refusals.tsx';
import { TimeField } from '../../parts/TimeField.tsx';
import { useEarlyLanguage, useT } from '../../words/LanguageProvider.tsx';
import { EndpointEditor } from '../branches/form/EndpointEditor.tsx';
import { useEndpointForm } from '../branches/form/useEndpointForm.ts';
import type { Target } from '../branches/model/fields.ts';
import { TableChooser } from '../branches/tables/TableChooser.tsx';
import { useTableChoice } from '../branches/tables/useTableChoice.ts';
import {
  cronOf,
  EVERY_HOURS,
  nextStep,
  type SimplePlan,
  withEarlyLanguage,
  withPlan,
  writtenPlan,
} from './path.ts';

/** The language, the requirements, and a way to try a demo without any database. */
export function WelcomeStep({
  onDone,
  onDemo,
}: {
  readonly onDone: () => void;
  /** Called when the demo's databases are ready. */
  readonly onDemo: () => void;
}) {
  const t = useT();
  const setup = useCall('setup').data;
  const settings = useSettings();
  const early = useEarlyLanguage();
  const demo = useCommand('startDemo', { quiet: true });
  const { document } = settings.current();
  const begun = nextStep({ document }) !== 'welcome';
  const mayChange = setup?.commands ?? false;
  const choose = (value: string): void => {
    if (!isLanguage(value)) return;
    if (document === null) early.choose(value);
    else void settings.save((now) => ({ ...now, language: value }));
  };
  /** The demo's settings do not contain the language that was chosen here. */
  const enterDemo = async (): Promise<void> => {
    const { document: written } = await settings.reload();
    const { chosen } = early;
    if (written !== null && withEarlyLanguage(written, chosen) !== written)
      await settings.save((now) => withEarlyLanguage(now, chosen));
    onDemo();
  };
  return (
    <Stack gap="lg">
      <SegmentedControl
        aria-label={t('setupPage.language')}
        value={t.language}
        onChange={choose}
        disabled={!mayChange}
        data={LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] }))}
        w="fit-content"
      />
      <SaveRefused refusal={settings.refusal} shown={[]} onReload={() => void settings.reload()} />
      <Text>{t('setupPage.welcome')}</Text>
      <Stack gap="xs">
        <Text fw={600}>{t('setupPage.needed')}</Text>
        <List spacing={4}>
          <List.Item>{t('setupPage.neededCentral')}</List.Item>
          <List.Item>{t('setupPage.neededBranch')}</List.Item>
        </List>
        <Text size="sm" c="dimmed">
          {t('setupPage.interrupted')}
        </Text>
      </Stack>
      {demo.error !== null && <ErrorAlert error={demo.error} />}
      <Group gap="xs">
        <Button disabled={!mayChange || demo.isPending} onClick={onDone}>
          {begun ? t('setupPage.goOn') : t('setupPage.begin')}
        </Button>
        {setup?.demo === true && !begun && (
          <Button
            variant="default"
            disabled={!mayChange}
            loading={demo.isPending}
            onClick={() => demo.mutate([], { onSuccess: () => void enterDemo() })}
          >
            {t('setupPage.demo')}
          </Button>
        )}
      </Group>
      {setup?.demo === true && !begun && (
        <Text size="sm" c="dimmed" role="status">
          {demo.isPending ? t('setupPage.demoStarting') : t('setupPage.demoNote')}
        </Text>
      )}
    </Stack>
  );
}

/** Head office or the branch database: tested, then saved. */
export function EndpointStep({
  target: opened,
  onDone,
  onBack,
}: {
  readonly target: Target;
  readonly onDone: () => void;
  readonly onBack: () => void;
}) {
  const t = useT();
  const { current } = useSettings();
  const { chosen } = useEarlyLanguage();
  // Keeps the first target: saving gives the new connection its id, which changes the prop.
  const [{ base, target }] = useState(() => ({ base: current(), target: opened }));
  const form = useEndpointForm(base, target, (document) => withEarlyLanguage(document, chosen));
  return (
    <Stack gap="lg">
      <Text>{target.kind === 'central' ? t('setupPage.centralNote') : t('setupPage.branchNote')}</Text>
      <Alert
        color="branch"
        variant="light"
        icon={<IconLock aria-hidden />}
        title={t('setupPage.passwordTitle')}
      >
        {t('setupPage.passwordNote')}
      </Alert>
      <EndpointEditor
        form={form}
        save={t('setupPage.testAndGoOn')}
        onSaved={onDone}
        back={<BackButton onBack={onBack} />}
      />
    </Stack>
  );
}

/** Which tables to copy: all by default. */
export function TablesStep({
  id,
  onDone,
  onBack,
}: {
  readonly id: string;
  readonly onDone: () => void;
  readonly onBack: () => void;
}) {
  const t = useT();
  const { current } = useSettings();
  const choice = useTableChoice(current(), id);
  return (
    <Stack gap="lg">
      <Text>{t('setupPage.tablesNote')}</Text>
      <TableChooser
        choice={choice}
        titled
        save={t('setupPage.goOn')}
        onSaved={onDone}
        back={<BackButton onBack={onBack} />}
      />
    </Stack>
  );
}

/** The Back and Next buttons. */
export function StepButtons({
  onBack,
  children,
}: {
  readonly onBack: () => void;
  readonly children?: ReactNode;
}) {
  return (
    <Group justify="space-between" gap="xs">
      <BackButton onBack={onBack} />
      {children}
    </Group>
  );
}

function BackButton({ onBack }: { readonly onBack: () => void }) {
  const t = useT();
  return (
    <Button variant="default" onClick={onBack}>
      {t('setupPage.back')}
    </Button>
  );
}

const KINDS = ['daily', 'hours', 'never'] as const;
const PLANS: Readonly<Record<SimplePlan['kind'], SimplePlan>> = {
  daily: { kind: 'daily', time: '08:30' },
  hours: { kind: 'hours', every: 4 },
  never: { kind: 'never' },
};

/** Automatic runs: one simple choice; the Schedules page has more. */
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
