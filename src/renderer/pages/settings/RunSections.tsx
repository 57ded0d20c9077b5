import { Button, Group, NumberInput, Radio, Stack, Switch, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import type { SettingsView } from '../../../window-api/views.ts';
import { useCall } from '../../data/useCall.ts';
import { useCommand } from '../../data/useCommand.ts';
import { useSettings } from '../../data/useSettings.ts';
import { ConfirmDialog } from '../../parts/ConfirmButton.tsx';
import { TimeField } from '../../parts/TimeField.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import classes from './Section.module.css';
import { Section, SectionForm } from './Section.tsx';

/** Default hours when a person limits the speed cap to some hours. */
const OFFICE_HOURS = { from: '08:00', to: '17:00' };

/** How much of the network link a sync may use, and how long it waits for a full head office. */
export function LinkUse({ settings }: { readonly settings: SettingsView }) {
  const t = useT();
  const present = settings.effective?.sync;
  const [kbps, setKbps] = useState(present?.bandwidthKbps ?? 0);
  const [hours, setHours] = useState(present?.bandwidthHours ?? null);
  const [patience, setPatience] = useState(present?.headOfficePatienceMinutes ?? 15);
  const editor = useSettings();
  const noTime = hours !== null && (hours.startsWith('-') || hours.endsWith('-'));
  const changed =
    present !== undefined &&
    (present.bandwidthKbps !== kbps ||
      present.bandwidthHours !== hours ||
      present.headOfficePatienceMinutes !== patience);
  const save = () =>
    editor.save((now) => ({
      ...now,
      sync: {
        ...now.sync,
        bandwidthKbps: kbps,
        bandwidthHours: hours,
        headOfficePatienceMinutes: patience,
      },
    }));
  return (
    <Section title={t('settingsPage.link')}>
      <SectionForm editor={editor} changed={changed && !noTime} onSave={() => void save()}>
        <NumberInput
          classNames={{ wrapper: classes.number ?? '' }}
          label={t('settingsPage.bandwidth')}
          description={t('settingsPage.bandwidthHelp')}
          value={kbps}
          min={0}
          allowDecimal={false}
          onChange={(value) => setKbps(Number(value))}
        />
        {(kbps > 0 || hours !== null) && (
          <Switch
            label={t('settingsPage.someHours')}
            checked={hours !== null}
            onChange={({ currentTarget: { checked } }) =>
              setHours(checked ? `${OFFICE_HOURS.from}-${OFFICE_HOURS.to}` : null)
            }
          />
        )}
        {hours !== null && <Hours hours={hours} onChange={setHours} />}
        <NumberInput
          classNames={{ wrapper: classes.number ?? '' }}
          label={t('settingsPage.patience')}
          description={t('settingsPage.patienceHelp')}
          value={patience}
          min={0}
          max={1440}
          onChange={(value) => setPatience(Number(value))}
        />
      </SectionForm>
    </Section>
  );
}

function Hours({ hours, onChange }: { readonly hours: string; readonly onChange: (hours: string) => void }) {
  const t = useT();
  const [from = OFFICE_HOURS.from, to = OFFICE_HOURS.to] = hours.split('-');
  return (
    <Group grow align="flex-start">
      <TimeField label={t('settingsPage.from')} value={from} onChange={(time) => onChange(`${time}-${to}`)} />
      <TimeField label={t('settingsPage.to')} value={to} onChange={(time) => onChange(`${from}-${time}`)} />
    </Group>
  );
}

const CHOICES = ['tell', 'repair'] as const;

/** How often tables are compared with head office, and what happens if one differs. */
export function Proving({ settings }: { readonly settings: SettingsView }) {
  const t = useT();
  const present = settings.effective?.sync;
  const [days, setDays] = useState(present?.verifyEveryDays ?? 7);
  const [choice, setChoice] = useState<(typeof CHOICES)[number]>(present?.onDifference ?? 'tell');
  const editor = useSettings();
  const changed =
    present !== undefined && (present.verifyEveryDays !== days || present.onDifference !== choice);
  const save = () =>
    editor.save((now) => ({ ...now, sync: { ...now.sync, verifyEveryDays: days, onDifference: choice } }));
  return (
    <Section title={t('settingsPage.proving')}>
      <SectionForm editor={editor} changed={changed} onSave={() => void save()}>
        <NumberInput
          classNames={{ wrapper: classes.number ?? '' }}
          label={t('settingsPage.verifyEvery')}
          description={t('settingsPage.verifyEveryHelp')}
          value={days}
          min={0}
          max={365}
          allowDecimal={false}
          onChange={(value) => setDays(Number(value))}
        />
        <Radio.Group
          label={t('settingsPage.onDifference')}
          value={choice}
          onChange={(value) => setChoice(CHOICES.find((one) => one === value) ?? 'tell')}
        >
          <Stack gap="xs" mt="xs">
            {CHOICES.map((one) => (
              <Radio
                key={one}
                value={one}
                label={t(`settingsPage.difference.${one}`)}
                description={t(`settingsPage.difference.${one}Help`)}
              />
            ))}
          </Stack>
        </Radio.Group>
      </SectionForm>
    </Section>
  );
}

/** How long the history is kept, and its current size. */
export function Keeping({ settings }: { readonly settings: SettingsView }) {
  const t = useT();
  const present = settings.effective?.retention;
  const [days, setDays] = useState(present?.days ?? 30);
  const [batches, setBatches] = useState(present?.batches ?? 500);
  const editor = useSettings();
  const changed = present !== undefined && (present.days !== days || present.batches !== batches);
  const save = () => editor.save((now) => ({ ...now, retention: { ...now.retention, days, batches } }));
  return (
    <Section title={t('settingsPage.retention')}>
      <Present />
      <SectionForm
        editor={editor}
        changed={changed}
        onSave={() => void save()}
        aside={<PruneButton disabled={present === undefined} unsaved={changed} />}
      >
        <Group grow align="flex-end">
          <NumberInput
            classNames={{ wrapper: classes.number ?? '' }}
            label={t('settingsPage.days')}
            value={days}
            min={1}
            max={3650}
            allowDecimal={false}
            onChange={(value) => setDays(Number(value))}
          />
          <NumberInput
            classNames={{ wrapper: classes.number ?? '' }}
            label={t('settingsPage.batches')}
            value={batches}
            min={1}
            max={1_000_000}
            allowDecimal={false}
            onChange={(value) => setBatches(Number(value))}
          />
        </Group>
        <Text size="sm" c="dimmed">
          {t('settingsPage.retentionHelp')}
        </Text>
      </SectionForm>
    </Section>
  );
}

function Present() {
  const t = useT();
  const format = useFormat();
  const { data } = useCall('sizes');
  if (data === undefined || data.batches === 0) return null;
  return (
    <Text size="sm">
      {t('settingsPage.sizes', {
        count: data.batches,
        batches: format.count(data.batches),
        size: format.bytes(data.journalBytes),
        logs: format.bytes(data.logBytes),
      })}
      {data.oldest !== null && ` ${t('settingsPage.oldest', { at: format.day(format.dayOf(data.oldest)) })}`}
    </Text>
  );
}

/**
 * First checks what would be pruned, to say it in the question; if nothing would, there is no question.
 *
 * @param props.unsaved whether the fields differ from the saved limits, by which it prunes
 */
function PruneButton({ disabled, unsaved }: { readonly disabled: boolean; readonly unsaved: boolean }) {
  const t = useT();
  const format = useFormat();
  const look = useCommand('prune');
  const prune = useCommand('prune');
  const [asking, { open, close }] = useDisclosure();
  const number = look.data?.batches ?? 0;
  const start = async (): Promise<void> => {
    const found = await look.mutateAsync([true]).catch(() => null);
    if (found === null) return;
    if (found.batches > 0) open();
    else notifications.show({ message: t('settingsPage.pruneNothing') });
  };
  const remove = async (): Promise<void> => {
    const done = await prune.mutateAsync([false]).catch(() => null);
    if (done === null) return;
    const batches = format.count(done.batches);
    notifications.show({ message: t('settingsPage.pruned', { count: done.batches, batches }) });
  };
  return (
    <>
      <Button
        variant="default"
        loading={look.isPending}
        disabled={disabled || unsaved}
        title={unsaved ? t('settingsPage.pruneAfterSave') : undefined}
        onClick={() => void start()}
      >
        {t('settingsPage.prune')}
      </Button>
      <ConfirmDialog
        opened={asking}
        onClose={close}
        title={t('settingsPage.pruneTitle')}
        text={t('settingsPage.pruneText', { count: number, batches: format.count(number) })}
        confirm={t('settingsPage.prune')}
        onConfirm={remove}
      />
    </>
  );
}
