import { Input, NativeSelect, SegmentedControl, Switch, useMantineColorScheme } from '@mantine/core';
import { useId } from 'react';
import { isLanguage } from '../../../shared/texts/language.ts';
import type { SettingsView } from '../../../window-api/views.ts';
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
  return (
    <>
      <NativeSelect
        label={t('settingsPage.language')}
        value={settings.effective?.language ?? 'auto'}
        disabled={saving || settings.document === null}
        data={[
          { value: 'auto', label: t('settingsPage.asSystem') },
          // Each in its own language: whoever cannot read this one must find theirs.
          { value: 'en', label: 'English' },
          { value: 'id', label: 'Bahasa Indonesia' },
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
