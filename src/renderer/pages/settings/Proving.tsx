import { NumberInput, Radio, Stack } from '@mantine/core';
import { useState } from 'react';
import type { SettingsView } from '../../../window-api/views.ts';
import { useSettings } from '../../data/useSettings.ts';
import { useT } from '../../words/LanguageProvider.tsx';
import classes from './Section.module.css';
import { Section, SectionForm } from './Section.tsx';

const CHOICES = ['tell', 'repair'] as const;

/** How often tables are compared at both ends, and what is done about one that differs. */
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
