import { Button, Group, Switch, Text } from '@mantine/core';
import { IconTable } from '@tabler/icons-react';
import type { ConnectionFile } from '../../../../shared/settings.ts';
import type { Translate } from '../../../../shared/texts/translate.ts';
import { visible } from '../../../../shared/visible.ts';
import type { SettingsView } from '../../../../shared/window/views.ts';
import { useSettings } from '../../../data/useSettings.ts';
import { SaveRefused } from '../../../parts/SaveRefused.tsx';
import type { Format } from '../../../words/format.ts';
import { useFormat, useT } from '../../../words/LanguageProvider.tsx';
import { withEnabled } from '../model/changes.ts';
import { choiceOf, type TableChoice, takesAll } from '../model/tableChoice.ts';
import type { CardAsked } from '../useAsked.ts';
import { EndpointCard } from './EndpointCard.tsx';
import { RemoveConnection } from './RemoveConnection.tsx';

/** A branch database, with what is copied of it. */
export function ConnectionCard({
  connection,
  settings,
  mayChange,
  onEdit,
  onTables,
  ...asked
}: CardAsked & {
  readonly connection: ConnectionFile;
  readonly settings: SettingsView;
  readonly mayChange: boolean;
  readonly onEdit: () => void;
  readonly onTables: () => void;
}) {
  const t = useT();
  const format = useFormat();
  const editor = useSettings();
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
          <RemoveConnection connection={connection} settings={settings} disabled={!mayChange} />
        </Group>
      }
    >
      {!enabled && (
        <Text size="sm" c="dimmed">
          {t('connectionsPage.offNote')}
        </Text>
      )}
      <SaveRefused refusal={editor.refusal} shown={[]} onReload={() => void editor.reload()} />
    </EndpointCard>
  );
}

/** More names than these are counted. */
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
