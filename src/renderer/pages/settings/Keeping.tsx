import { Button, Group, NumberInput, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import type { SettingsView } from '../../../window-api/views.ts';
import { useCall } from '../../data/useCall.ts';
import { useCommand } from '../../data/useCommand.ts';
import { useSettings } from '../../data/useSettings.ts';
import { ConfirmDialog } from '../../parts/ConfirmButton.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import classes from './Section.module.css';
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
 * Looks first what would go, so that the question can say it; where nothing would, there is none.
 *
 * @param props.unsaved whether other limits stand in the fields than those by which it would be done
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
