import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconTrash } from '@tabler/icons-react';
import type { ConnectionFile } from '../../../../shared/settings.ts';
import type { SettingsView } from '../../../../shared/window/views.ts';
import { useCommand } from '../../../data/useCommand.ts';
import { useSettings } from '../../../data/useSettings.ts';
import { SaveRefused } from '../../../parts/SaveRefused.tsx';
import { useT } from '../../../words/LanguageProvider.tsx';
import { accountShared } from '../model/account.ts';
import { withoutConnection } from '../model/changes.ts';

/** Takes a connection out of the settings, after saying what that means. */
export function RemoveConnection({
  connection,
  settings: { document, passwords },
  disabled,
}: {
  readonly connection: ConnectionFile;
  readonly settings: SettingsView;
  readonly disabled: boolean;
}) {
  const t = useT();
  const editor = useSettings();
  const forget = useCommand('setPassword');
  const [opened, { open, close }] = useDisclosure();
  const { id, label, enabled = true } = connection;
  const place = passwords[id];
  // Nobody would find it to remove it later. What another connection signs in with stays.
  const forgets = (place === 'keychain' || place === 'file') && !accountShared(document, id);
  const cancel = (): void => {
    editor.forget();
    close();
  };
  const remove = async (): Promise<void> => {
    if (!(await editor.save((now) => withoutConnection(now, id)))) return;
    if (forgets) forget.mutate([{ kind: 'source', connection }, null]);
    close();
  };
  return (
    <>
      <Button
        variant="subtle"
        color="red"
        size="sm"
        c="var(--branch-bad)"
        leftSection={<IconTrash size={16} aria-hidden />}
        disabled={disabled}
        onClick={open}
      >
        {t('window.remove')}
      </Button>
      <Modal
        opened={opened}
        onClose={cancel}
        title={t('connectionsPage.removeTitle', { name: label || id })}
        closeButtonProps={{ 'aria-label': t('window.close') }}
        styles={{ title: { overflowWrap: 'anywhere' } }}
      >
        <Stack gap="md">
          <Text>
            {t('connectionsPage.removeNote')}
            {forgets && ` ${t('connectionsPage.removePassword')}`}
          </Text>
          {enabled && (
            <Text>{t('connectionsPage.removeInstead', { switch: t('connectionsPage.copyIt') })}</Text>
          )}
          <SaveRefused refusal={editor.refusal} shown={[]} onReload={() => void editor.reload()} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={cancel} data-autofocus>
              {t('window.cancel')}
            </Button>
            <Button color="red.9" loading={editor.saving} onClick={() => void remove()}>
              {t('window.remove')}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
