import {
  type MantineColorScheme,
  SegmentedControl,
  Stack,
  Switch,
  Text,
  useMantineColorScheme,
} from '@mantine/core';
import { useId } from 'react';
import type { SettingsView } from '../../../shared/window/views.ts';
import { useCall } from '../../data/useCall.ts';
import { useCommand } from '../../data/useCommand.ts';
import { useSettings } from '../../data/useSettings.ts';
import { SaveRefused } from '../../parts/SaveRefused.tsx';
import { useT } from '../../words/LanguageProvider.tsx';
import { Section } from './Section.tsx';

/** How the window looks and speaks, and whether the program starts by itself. All of it takes effect at once. */
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
  const language = settings.effective?.language ?? 'auto';
  return (
    <>
      <Choice
        label={t('settingsPage.language')}
        value={language}
        disabled={saving || settings.document === null}
        data={[
          { value: 'auto', label: t('settingsPage.asSystem') },
          // Each in its own language: whoever cannot read this one must find theirs.
          { value: 'en', label: 'English' },
          { value: 'id', label: 'Bahasa Indonesia' },
        ]}
        onChange={(chosen) => void change((now) => ({ ...now, language: chosen }))}
      />
      <SaveRefused refusal={refusal} shown={[]} onReload={() => void reload()} />
    </>
  );
}

function Colors() {
  const t = useT();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Choice<MantineColorScheme>
      label={t('settingsPage.colors')}
      value={colorScheme}
      data={[
        { value: 'auto', label: t('settingsPage.asSystem') },
        { value: 'light', label: t('settingsPage.light') },
        { value: 'dark', label: t('settingsPage.dark') },
      ]}
      onChange={setColorScheme}
    />
  );
}

function StartAtLogin() {
  const t = useT();
  const { data: setup, refetch } = useCall('setup');
  const set = useCommand('setStartAtLogin');
  if (setup === undefined || setup.startAtLogin === null) return null;
  return (
    <Switch
      label={t('tray.startAtLogin')}
      checked={setup.startAtLogin}
      disabled={set.isPending}
      onChange={(event) => set.mutate([event.currentTarget.checked], { onSuccess: () => void refetch() })}
    />
  );
}

function Choice<T extends string>({
  label,
  value,
  data,
  disabled = false,
  onChange,
}: {
  readonly label: string;
  readonly value: T;
  readonly data: { readonly value: T; readonly label: string }[];
  readonly disabled?: boolean;
  readonly onChange: (value: T) => void;
}) {
  const id = useId();
  return (
    <Stack gap={4}>
      <Text id={id} size="sm" fw={500}>
        {label}
      </Text>
      <SegmentedControl
        aria-labelledby={id}
        value={value}
        data={data}
        disabled={disabled}
        onChange={onChange}
      />
    </Stack>
  );
}
