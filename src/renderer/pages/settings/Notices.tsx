import { Button, Group, NumberInput, Switch, Text } from '@mantine/core';
import { useState } from 'react';
import type { SettingsView } from '../../../window-api/views.ts';
import { useCall } from '../../data/useCall.ts';
import { useCommand } from '../../data/useCommand.ts';
import { useSettings } from '../../data/useSettings.ts';
import { useT } from '../../words/LanguageProvider.tsx';
import classes from './Section.module.css';
import { Section, SectionForm } from './Section.tsx';

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
