import { Group, NumberInput, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import type { SettingsView } from '../../../shared/window/views.ts';
import { useCall } from '../../data/useCall.ts';
import { useCommand } from '../../data/useCommand.ts';
import { useSettings } from '../../data/useSettings.ts';
import { ConfirmButton } from '../../parts/ConfirmButton.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { Section, SectionForm } from './Section.tsx';

/** How long the history is kept, and what it takes now. */
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
      <SectionForm editor={editor} changed={changed} onSave={() => void save()}>
        <Group grow align="flex-end">
          <NumberInput
            label={t('settingsPage.days')}
            value={days}
            min={1}
            max={3650}
            allowDecimal={false}
            onChange={(value) => setDays(Number(value))}
          />
          <NumberInput
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
      <PruneButton />
    </Section>
  );
}

function Present() {
  const t = useT();
  const format = useFormat();
  const { data } = useCall('sizes');
  if (data === undefined) return null;
  return (
    <Text size="sm">
      {t('settingsPage.sizes', {
        batches: format.count(data.batches),
        size: format.bytes(data.journalBytes),
        logs: format.bytes(data.logBytes),
      })}
      {data.oldest !== null && ` ${t('settingsPage.oldest', { at: format.dateTime(data.oldest) })}`}
    </Text>
  );
}

/** Looks first what would go, so that the question can say it. */
function PruneButton() {
  const t = useT();
  const format = useFormat();
  const prune = useCommand('prune');
  const look = useCommand('prune');
  return (
    <Group onMouseEnter={() => look.mutate([true])} onFocus={() => look.mutate([true])}>
      <ConfirmButton
        title={t('settingsPage.pruneTitle')}
        text={t('settingsPage.pruneText', { batches: format.count(look.data?.batches ?? 0) })}
        confirm={t('settingsPage.prune')}
        onConfirm={async () => {
          const done = await prune.mutateAsync([false]).catch(() => null);
          if (done === null) return;
          const batches = format.count(done.batches);
          notifications.show({ message: t('settingsPage.pruned', { batches }) });
        }}
      >
        {t('settingsPage.prune')}
      </ConfirmButton>
    </Group>
  );
}
