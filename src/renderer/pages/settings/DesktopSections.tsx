import {
  Button,
  Group,
  Input,
  NativeSelect,
  NumberInput,
  SegmentedControl,
  Switch,
  Text,
  useMantineColorScheme,
} from '@mantine/core';
import { useId, useState } from 'react';
import { isLanguage, LANGUAGE_NAMES, LANGUAGES } from '../../../shared/texts/language.ts';
import type { SettingsView } from '../../../window-api/views.ts';
import { useCall } from '../../data/useCall.ts';
import { useCommand } from '../../data/useCommand.ts';
import { useSettings } from '../../data/useSettings.ts';
import { SaveRefused } from '../../parts/Refusals.tsx';
import { useT } from '../../words/LanguageProvider.tsx';
import classes from './Section.module.css';
import { Section, SectionForm } from './Section.tsx';

/** The window's look and language, and whether the program starts at sign-in. Changes apply at once. */
export function Appearance({ settings }: { readonly settings: SettingsView }) {
  const t = useT();
  return (
    <Section title={t('settingsPage.appearance')}>
      <Language settings={settings} />
      <Colors />
      <StartAtLogin />
    </Section>
  );
}

function Language({ settings }: { readonly settings: SettingsView }) {
  const t = useT();
  const { save: change, saving, refusal, reload } = useSettings();
  return (
    <>
      <NativeSelect
        label={t('settingsPage.language')}
        value={settings.effective?.language ?? 'auto'}
        disabled={saving || settings.document === null}
        data={[
          { value: 'auto', label: t('settingsPage.asSystem') },
          ...LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] })),
        ]}
        onChange={({ currentTarget: { value } }) =>
          void change((now) => ({ ...now, language: isLanguage(value) ? value : 'auto' }))
        }
      />
      <SaveRefused refusal={refusal} shown={[]} onReload={() => void reload()} />
    </>
  );
}

function Colors() {
  const t = useT();
  const id = useId();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <div>
      <Input.Label component="span" id={id}>
        {t('settingsPage.colors')}
      </Input.Label>
      <SegmentedControl
        fullWidth
        aria-labelledby={id}
        value={colorScheme}
        data={[
          { value: 'auto', label: t('settingsPage.asSystem') },
          { value: 'light', label: t('settingsPage.light') },
          { value: 'dark', label: t('settingsPage.dark') },
        ]}
        onChange={setColorScheme}
      />
    </div>
  );
}

function StartAtLogin() {
  const t = useT();
  const { data: setup } = useCall('setup');
  const set = useCommand('setStartAtLogin');
  if (setup === undefined || setup.startAtLogin === null) return null;
  return (
    <Switch
      label={t('tray.startAtLogin')}
      checked={setup.startAtLogin}
      disabled={set.isPending}
      onChange={(event) => set.mutate([event.currentTarget.checked])}
    />
  );
}

/** Which notifications appear on this desktop. */
export function Notices({ settings }: { readonly settings: SettingsView }) {
  const t = useT();
  const { data: setup } = useCall('setup');
  const present = settings.effective?.notifications;
  const [desktop, setDesktop] = useState(present?.desktop ?? true);
  const [hours, setHours] = useState(present?.noSuccessHours ?? 26);
  const editor = useSettings();
  const changed = present !== undefined && (present.desktop !== desktop || present.noSuccessHours !== hours);
  const save = () =>
    editor.save((now) => ({
      ...now,
      notifications: { ...now.notifications, desktop, noSuccessHours: hours },
    }));
  return (
    <Section title={t('settingsPage.notifications')}>
      {setup?.notifications === false && (
        <Text size="sm" c="dimmed">
          {t('settingsPage.notHere')}
        </Text>
      )}
      <SectionForm editor={editor} changed={changed} onSave={() => void save()}>
        {setup?.notifications === true && (
          <Switch
            label={t('settingsPage.notify')}
            description={t('settingsPage.notifyHelp')}
            checked={desktop}
            onChange={(event) => setDesktop(event.currentTarget.checked)}
          />
        )}
        <NumberInput
          classNames={{ wrapper: classes.number ?? '' }}
          label={t('settingsPage.noSuccess')}
          description={t('settingsPage.noSuccessHelp')}
          value={hours}
          min={0}
          onChange={(value) => setHours(Number(value))}
        />
      </SectionForm>
      {setup?.notifications === true && <TestButton />}
    </Section>
  );
}

function TestButton() {
  const t = useT();
  const test = useCommand('testNotification');
  return (
    <Group gap="sm" aria-live="polite">
      <Button variant="default" loading={test.isPending} onClick={() => test.mutate([])}>
        {t('settingsPage.testNotification')}
      </Button>
      {test.data === true && <Text size="sm">{t('settingsPage.notificationSent')}</Text>}
      {test.data === false && (
        <Text size="sm" c="var(--branch-bad)">
          {t('settingsPage.notificationRefused')}
        </Text>
      )}
    </Group>
  );
}
