import { Button, Checkbox, Group, Stack, Switch, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { NOTIFY_EVENTS, type OutsideChannel } from '../../../../shared/notifyNames.ts';
import { visible } from '../../../../shared/visible.ts';
import type { SettingsBase } from '../../../data/useSettings.ts';
import { ConfirmButton } from '../../../parts/ConfirmButton.tsx';
import { CancelButton, FormDrawer } from '../../../parts/FormDrawer.tsx';
import { FormButtons, SaveRefused } from '../../../parts/Refusals.tsx';
import { TimeField } from '../../../parts/TimeField.tsx';
import { useT } from '../../../words/LanguageProvider.tsx';
import { ChannelFields } from './ChannelFields.tsx';
import { channelForm, channelRaw } from './channelFields.ts';
import { type ChannelEditor, useChannelForm } from './useChannelForm.ts';

/**
 * A drawer to add or edit a channel.
 *
 * @param props.base the settings when it was opened
 */
export function ChannelDrawer({
  base,
  channel,
  onClose,
}: {
  readonly base: SettingsBase;
  readonly channel: OutsideChannel;
  readonly onClose: () => void;
}) {
  const t = useT();
  const [first] = useState(() => channelForm(base.document, channel));
  const editor = useChannelForm(base, first);
  const isNew = channelRaw(base.document, channel) === null;
  const name = t(`delivery.channel.${channel}`);
  const busy = editor.testing || editor.saving;
  const box = useRef<HTMLFormElement>(null);
  /** Number of refused attempts, which triggers the effect below. */
  const [refusals, setRefusals] = useState(0);
  useEffect(() => {
    // The field to correct may be out of sight.
    if (refusals > 0) box.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [refusals]);
  const attempt = async (doing: Promise<boolean>, then?: () => void): Promise<void> => {
    if (await doing) then?.();
    else setRefusals((count) => count + 1);
  };
  return (
    <FormDrawer title={name} touched={editor.touched} onClose={onClose}>
      <form
        ref={box}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) void attempt(editor.save(), onClose);
        }}
      >
        <Stack gap="md">
          <Text size="sm">{t(`channelsPage.about.${channel}`)}</Text>
          <Switch
            label={t('channelsPage.enabled')}
            checked={editor.form.enabled}
            onChange={({ currentTarget }) => editor.change({ enabled: currentTarget.checked })}
          />
          <ChannelFields editor={editor} />
          {channel !== 'ping' && <Events editor={editor} />}
          <TestResult editor={editor} />
          <SaveRefused
            refusal={editor.refusal}
            shown={editor.shownPaths}
            onReload={() => void editor.reload()}
          />
          <FormButtons
            back={
              isNew ? undefined : (
                <ConfirmButton
                  title={t('channelsPage.removeTitle', { channel: name })}
                  text={t('channelsPage.removeText')}
                  confirm={t('window.remove')}
                  onConfirm={async () => {
                    if (await editor.remove()) onClose();
                  }}
                >
                  {t('window.remove')}
                </ConfirmButton>
              )
            }
          >
            <CancelButton onClick={onClose} />
            <Button
              variant="default"
              loading={editor.testing}
              disabled={busy}
              onClick={() => void attempt(editor.test())}
            >
              {t('channelsPage.test')}
            </Button>
            <Button type="submit" loading={editor.saving} disabled={busy}>
              {t('window.save')}
            </Button>
          </FormButtons>
        </Stack>
      </form>
    </FormDrawer>
  );
}

/** What the channel tells of, and when the daily digest comes. */
function Events({ editor }: { readonly editor: ChannelEditor }) {
  const t = useT();
  const { events, digestAt } = editor.form;
  return (
    <>
      <Checkbox.Group
        label={t('channelsPage.events')}
        error={editor.problem('events')}
        value={[...events]}
        onChange={(chosen) =>
          editor.change({ events: NOTIFY_EVENTS.filter((event) => chosen.includes(event)) })
        }
      >
        <Stack gap="xs" mt="xs">
          {NOTIFY_EVENTS.map((event) => (
            <Checkbox
              key={event}
              value={event}
              label={t(`channelsPage.event.${event}`)}
              description={t(`channelsPage.eventNote.${event}`)}
            />
          ))}
        </Stack>
      </Checkbox.Group>
      {events.includes('digest') && (
        <TimeField
          label={t('channelsPage.digestAt')}
          value={digestAt}
          onChange={(time) => editor.change({ digestAt: time })}
        />
      )}
    </>
  );
}

/** What came of the test, in words. */
function TestResult({ editor: { tested, testing } }: { readonly editor: ChannelEditor }) {
  const t = useT();
  return (
    <div aria-live="polite">
      {testing && <Text size="sm">{t('channelsPage.testing')}</Text>}
      {!testing && tested !== null && (
        <Group gap={6} wrap="nowrap" c={tested.ok ? 'var(--branch-good)' : 'var(--branch-bad)'}>
          {tested.ok ? (
            <IconCircleCheck size={18} aria-hidden />
          ) : (
            <IconAlertTriangle size={18} aria-hidden />
          )}
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {tested.ok
              ? t('channelsPage.tested')
              : t(`delivery.reason.${tested.reason}`, { detail: visible(tested.detail) })}
          </Text>
        </Group>
      )}
    </div>
  );
}
