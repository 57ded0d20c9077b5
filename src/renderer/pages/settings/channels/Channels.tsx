import { Button, Group, Stack, Switch, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { OUTSIDE_CHANNELS, type OutsideChannel } from '../../../../shared/notifyNames.ts';
import { visible } from '../../../../shared/visible.ts';
import type { SettingsView } from '../../../../window-api/views.ts';
import { type SettingsBase, useSettings } from '../../../data/useSettings.ts';
import { SaveRefused } from '../../../parts/Refusals.tsx';
import { useT } from '../../../words/LanguageProvider.tsx';
import { Section } from '../Section.tsx';
import { ChannelDrawer } from './ChannelDrawer.tsx';
import { channelForm, channelRaw, channelSummary, withChannel } from './channelFields.ts';

/** The channels that reach people elsewhere, and the dead man's switch: each is there once, or not at all. */
export function Channels({ settings }: { readonly settings: SettingsView }) {
  const t = useT();
  const editor = useSettings();
  const [opened, setOpened] = useState<{ channel: OutsideChannel; base: SettingsBase } | null>(null);
  const { document, effective } = settings;
  const present = OUTSIDE_CHANNELS.filter((channel) => channelRaw(document, channel) !== null);
  const open = (channel: OutsideChannel): void => setOpened({ channel, base: editor.current() });
  const turn = (channel: OutsideChannel, enabled: boolean): void => {
    const first = channelForm(document, channel);
    void editor.save((now) => withChannel(now, first, { ...first, enabled }));
  };
  return (
    <Section title={t('channelsPage.title')}>
      <Text size="sm" c="dimmed">
        {t('channelsPage.intro')}
      </Text>
      {present.map((channel) => (
        <ChannelRow
          key={channel}
          settings={settings}
          channel={channel}
          saving={editor.saving}
          onTurn={(on) => turn(channel, on)}
          onEdit={() => open(channel)}
        />
      ))}
      <SaveRefused refusal={editor.refusal} shown={[]} onReload={() => void editor.reload()} />
      {present.length < OUTSIDE_CHANNELS.length && (
        <Group gap="xs">
          {OUTSIDE_CHANNELS.filter((channel) => !present.includes(channel)).map((channel) => (
            <Button
              key={channel}
              variant="default"
              leftSection={<IconPlus size={16} aria-hidden />}
              disabled={effective === null}
              onClick={() => open(channel)}
            >
              {t(`channelsPage.add.${channel}`)}
            </Button>
          ))}
        </Group>
      )}
      {opened !== null && (
        <ChannelDrawer channel={opened.channel} base={opened.base} onClose={() => setOpened(null)} />
      )}
    </Section>
  );
}

/** One channel: where it leads, what it tells of, and its switch. */
function ChannelRow({
  settings: { document, effective },
  channel,
  saving,
  onTurn,
  onEdit,
}: {
  readonly settings: SettingsView;
  readonly channel: OutsideChannel;
  readonly saving: boolean;
  readonly onTurn: (on: boolean) => void;
  readonly onEdit: () => void;
}) {
  const t = useT();
  const name = t(`delivery.channel.${channel}`);
  const { enabled, events } = channelForm(document, channel);
  const told = channel === 'ping' ? [] : events.map((event) => t(`channelsPage.event.${event}`));
  return (
    <Group justify="space-between" align="flex-start" gap="sm" role="group" aria-label={name}>
      <Stack gap={0} style={{ flex: '1 1 12rem', minWidth: 0 }}>
        <Text fw={600}>{name}</Text>
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {visible(channelSummary(document, channel))}
        </Text>
        <Text size="sm" c="dimmed">
          {channel === 'ping' ? t('channelsPage.everyBatch') : told.join(' · ')}
        </Text>
      </Stack>
      <Group gap="sm" wrap="nowrap">
        <Switch
          aria-label={t('channelsPage.switchOf', { channel: name })}
          checked={enabled}
          disabled={saving || effective === null}
          onChange={({ currentTarget }) => onTurn(currentTarget.checked)}
        />
        <Button
          variant="default"
          size="xs"
          disabled={effective === null}
          aria-label={t('channelsPage.editOf', { channel: name })}
          onClick={onEdit}
        >
          {t('channelsPage.edit')}
        </Button>
      </Group>
    </Group>
  );
}
