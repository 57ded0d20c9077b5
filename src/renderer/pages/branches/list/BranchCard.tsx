import { Button, Group, Modal, Stack, Switch, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconDatabaseExport, IconTable, IconTrash } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { ConnectionFile } from '../../../../shared/settings.ts';
import type { Translate } from '../../../../shared/texts/translate.ts';
import { visible } from '../../../../shared/visible.ts';
import type { SettingsView } from '../../../../window-api/views.ts';
import { useCommand, useMay } from '../../../data/useCommand.ts';
import { useSettings } from '../../../data/useSettings.ts';
import { branchPlace } from '../../../parts/branchesPlace.ts';
import { SaveRefused } from '../../../parts/Refusals.tsx';
import type { Format } from '../../../words/format.ts';
import { useFormat, useT } from '../../../words/LanguageProvider.tsx';
import { LastExport } from '../disk/LastExport.tsx';
import { withEnabled, withoutConnection, withSchema } from '../model/changes.ts';
import { accountShared } from '../model/fields.ts';
import { choiceOf, type TableChoice, takesAll } from '../model/tableChoice.ts';
import { EndpointCard, type TestAsked } from './EndpointCard.tsx';
import { FirstCopy } from './FirstCopy.tsx';

/** A branch database and what is copied from it. */
export function BranchCard({
  connection,
  settings,
  mayChange,
  onExport,
  onRemoved,
  ...asked
}: TestAsked & {
  readonly connection: ConnectionFile;
  readonly settings: SettingsView;
  readonly mayChange: boolean;
  readonly onExport: () => void;
  readonly onRemoved: () => void;
}) {
  const t = useT();
  const format = useFormat();
  const editor = useSettings();
  const { run, whyNotRun } = useMay();
  const { id, label, enabled = true } = connection;
  const name = visible(label || id || t('branchesPage.notGiven'));
  return (
    <EndpointCard
      {...asked}
      title={name}
      settingsAt={branchPlace(id, 'settings')}
      draft={{ kind: 'source', connection }}
      place={settings.passwords[id]}
      mayChange={mayChange}
      onSchema={(schema) => editor.save((document) => withSchema(document, id, schema))}
      facts={[[t('branchesPage.tables'), sayChoice(choiceOf(connection), t, format)]]}
      aside={
        <Switch
          checked={enabled}
          disabled={!mayChange || editor.saving}
          label={t('branchesPage.copyIt')}
          aria-label={t('branchesPage.enabled', { name })}
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
            component={Link}
            href={branchPlace(id, 'tables')}
          >
            {t('branchesPage.chooseTables')}
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
          <RemoveBranch
            connection={connection}
            settings={settings}
            disabled={!mayChange}
            onRemoved={onRemoved}
          />
        </Group>
      }
    >
      {!enabled && (
        <Text size="sm" c="dimmed">
          {t('branchesPage.offNote')}
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
    return t('branchesPage.someTables', { count: tables.length, tables: format.count(tables.length) });
  if (exclude.length === 0) return t('branchesPage.allTables');
  if (exclude.length <= NAMED) return t('branchesPage.allTablesBut', { names: exclude.join(', ') });
  return t('branchesPage.allTablesButMany', { tables: format.count(exclude.length) });
}

/** Removes a connection from the settings, after explaining what that means. */
function RemoveBranch({
  connection,
  settings: { document, passwords },
  disabled,
  onRemoved,
}: {
  readonly connection: ConnectionFile;
  readonly settings: SettingsView;
  readonly disabled: boolean;
  readonly onRemoved: () => void;
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
    onRemoved();
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
        title={t('branchesPage.removeTitle', { name: label || id })}
        closeButtonProps={{ 'aria-label': t('window.close') }}
        styles={{ title: { overflowWrap: 'anywhere' } }}
      >
        <Stack gap="md">
          <Text>
            {t('branchesPage.removeNote')}
            {forgets && ` ${t('branchesPage.removePassword')}`}
          </Text>
          {enabled && <Text>{t('branchesPage.removeInstead', { switch: t('branchesPage.copyIt') })}</Text>}
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
