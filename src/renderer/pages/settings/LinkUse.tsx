import { Group, NumberInput, Switch } from '@mantine/core';
import { useState } from 'react';
import type { SettingsView } from '../../../window-api/views.ts';
import { useSettings } from '../../data/useSettings.ts';
import { TimeField } from '../../parts/TimeField.tsx';
import { useT } from '../../words/LanguageProvider.tsx';
import classes from './Section.module.css';
import { Section, SectionForm } from './Section.tsx';

/** When a cap holds where somebody switches it to some hours: the office's. */
const OFFICE_HOURS = { from: '08:00', to: '17:00' };

/** How much of the link a sync may take. */
export function LinkUse({ settings }: { readonly settings: SettingsView }) {
  const t = useT();
  const present = settings.effective?.sync;
  const [kbps, setKbps] = useState(present?.bandwidthKbps ?? 0);
  const [hours, setHours] = useState(present?.bandwidthHours ?? null);
  const editor = useSettings();
  const noTime = hours !== null && (hours.startsWith('-') || hours.endsWith('-'));
  const changed =
    present !== undefined && (present.bandwidthKbps !== kbps || present.bandwidthHours !== hours);
  const save = () =>
    editor.save((now) => ({ ...now, sync: { ...now.sync, bandwidthKbps: kbps, bandwidthHours: hours } }));
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
