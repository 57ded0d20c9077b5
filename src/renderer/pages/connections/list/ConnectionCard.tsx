import { Button, Group, Modal, Stack, Switch, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconDatabaseExport, IconTable, IconTrash } from '@tabler/icons-react';
import type { ConnectionFile } from '../../../../shared/settings.ts';
import type { Translate } from '../../../../shared/texts/translate.ts';
import { visible } from '../../../../shared/visible.ts';
import type { SettingsView } from '../../../../window-api/views.ts';
import { useCommand, useMay } from '../../../data/useCommand.ts';
import { useSettings } from '../../../data/useSettings.ts';
import { SaveRefused } from '../../../parts/Refusals.tsx';
import type { Format } from '../../../words/format.ts';
import { useFormat, useT } from '../../../words/LanguageProvider.tsx';
import { LastExport } from '../disk/LastExport.tsx';
import { withEnabled, withoutConnection } from '../model/changes.ts';
import { accountShared } from '../model/fields.ts';
import { choiceOf, type TableChoice, takesAll } from '../model/tableChoice.ts';
import type { CardAsked } from '../useAsked.ts';
import { EndpointCard } from './EndpointCard.tsx';
import { FirstCopy } from './FirstCopy.tsx';

/** A branch database and what is copied from it. */
export function ConnectionCard({
  connection,
  settings,
  mayChange,
  onEdit,
  onTables,
  onExport,
  ...asked
}: CardAsked & {
  readonly connection: ConnectionFile;
  readonly settings: SettingsView;
  readonly mayChange: boolean;
  readonly onEdit: () => void;
  readonly onTables: () => void;
  readonly onExport: () => void;
}) {
  const t = useT();
  const format = useFormat();
  const editor = useSettings();
  const { run, whyNotRun } = useMay();
  const { id, label, enabled = true } = connection;
  const name = visible(label || id || t('connectionsPage.notGiven'));
  return (
    <EndpointCard
      {...asked}
      title={name}
      draft={{ kind: 'source', connection }}
      place={settings.passwords[id]}
      mayChange={mayChange}
      onEdit={onEdit}
      quiet={!enabled}
      facts={[[t('connectionsPage.tables'), sayChoice(choiceOf(connection), t, format)]]}
      aside={
        <Switch
          checked={enabled}
          disabled={!mayChange || editor.saving}
          label={t('connectionsPage.copyIt')}
          aria-label={t('connectionsPage.enabled', { name })}
          onChange={({ currentTarget: { checked } }) =>
            void editor.save((document) => withEnabled(document, id, checked))
          }
        />
      }
      actions={
        <Group gap="xs">
          <Button
            variant="default"
            size="sm"
            leftSection={<IconTable size={16} aria-hidden />}
            disabled={!mayChange}
            onClick={onTables}
          >
            {t('connectionsPage.chooseTables')}
          </Button>
          <Button
            variant="default"
            size="sm"
            leftSection={<IconDatabaseExport size={16} aria-hidden />}
            disabled={!run}
            title={whyNotRun}
            onClick={onExport}
          >
            {t('disk.export')}
          </Button>
          <RemoveConnection connection={connection} settings={settings} disabled={!mayChange} />
        </Group>
      }
    >
      {!enabled && (
        <Text size="sm" c="dimmed">
          {t('connectionsPage.offNote')}
        </Text>
      )}
      {enabled && <FirstCopy connection={id} />}
      <LastExport connection={id} />
      <SaveRefused refusal={editor.refusal} shown={[]} onReload={() => void editor.reload()} />
    </EndpointCard>
  );
}

/** Further names are only counted. */
const NAMED = 5;

/** Which tables are copied, in a few words. */
export function sayChoice(choice: TableChoice, t: Translate, format: Format): string {
  const { tables, exclude } = choice;
  if (!takesAll(choice))
    return t('connectionsPage.someTables', { count: tables.length, tables: format.count(tables.length) });
  if (exclude.length === 0) return t('connectionsPage.allTables');
  if (exclude.length <= NAMED) return t('connectionsPage.allTablesBut', { names: exclude.join(', ') });
  return t('connectionsPage.allTablesButMany', { tables: format.count(exclude.length) });
}

/** Removes a connection from the settings, after explaining what that means. */
function RemoveConnection({
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
  // Nobody would find the stored password to remove it later. A password that another connection uses stays.
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
