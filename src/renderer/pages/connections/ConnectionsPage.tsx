import { Button, Stack, Text, Title } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import type { SettingsView } from '../../../window-api/views.ts';
import { useCall } from '../../data/useCall.ts';
import { type SettingsBase, useSettings } from '../../data/useSettings.ts';
import { CENTRAL } from '../../parts/connectionsPlace.ts';
import { Answered, Empty, Page } from '../../parts/Page.tsx';
import { useT } from '../../words/LanguageProvider.tsx';
import { ExportDrawer } from './disk/ExportDrawer.tsx';
import { ImportDrawer } from './disk/ImportDrawer.tsx';
import { EndpointDrawer } from './form/EndpointEditor.tsx';
import { ConnectionCard } from './list/ConnectionCard.tsx';
import { CentralCard } from './list/EndpointCard.tsx';
import { connectionsOf, rawOf, type Target } from './model/fields.ts';
import { TablesDrawer } from './tables/TableChooser.tsx';
import { type CardAsked, useAsked, useAskedImport } from './useAsked.ts';

/** What is open next to the list, and the settings it began with. */
type Open =
  | { readonly what: 'endpoint'; readonly target: Target; readonly base: SettingsBase }
  | { readonly what: 'tables'; readonly id: string; readonly base: SettingsBase }
  | { readonly what: 'export'; readonly id: string }
  | { readonly what: 'import'; readonly batch: string | null };

/** Source and destination of the data: head office first, then each branch database. */
export function ConnectionsPage() {
  const t = useT();
  const { view } = useSettings();
  const mayChange = useMayChange();
  const [open, setOpen] = useState<Open | null>(null);
  const base = view.data ?? { document: null, revision: null };
  const centralFirst = view.data !== undefined && !isSetUp(base) && !unreadable(base);
  const { data: setup } = useCall('setup');
  const isWrong = setup?.problem?.kind === 'usage' && setup.problem.code === 'settings_invalid';
  const askedOf = useAsked();
  useAskedImport((batch) => setOpen({ what: 'import', batch }));
  const edit = (target: Target): void => setOpen({ what: 'endpoint', target, base });
  const close = (): void => setOpen(null);
  return (
    <Page
      title={t('window.pages.connections')}
      actions={
        <Button
          leftSection={<IconPlus size={18} aria-hidden />}
          disabled={!mayChange || !isSetUp(base)}
          title={centralFirst ? t('connectionsPage.centralFirstNote') : undefined}
          onClick={() => edit({ kind: 'source', id: null })}
        >
          {t('connectionsPage.add')}
        </Button>
      }
    >
      {isWrong && <Text c="dimmed">{t('connectionsPage.asWritten')}</Text>}
      <Answered to={view}>
        {(settings) => (
          <List
            settings={settings}
            mayChange={mayChange}
            askedOf={askedOf}
            onEdit={edit}
            onTables={(id) => setOpen({ what: 'tables', id, base: settings })}
            onExport={(id) => setOpen({ what: 'export', id })}
            onImport={() => setOpen({ what: 'import', batch: null })}
          />
        )}
      </Answered>
      {open?.what === 'endpoint' && <EndpointDrawer base={open.base} target={open.target} onClose={close} />}
      {open?.what === 'export' && <ExportDrawer connection={open.id} onClose={close} />}
      {open?.what === 'import' && <ImportDrawer batch={open.batch} onClose={close} />}
      {open?.what === 'tables' && <TablesDrawer base={open.base} id={open.id} onClose={close} />}
    </Page>
  );
}

function List({
  settings,
  mayChange,
  askedOf,
  onEdit,
  onTables,
  onExport,
  onImport,
}: {
  readonly settings: SettingsView;
  readonly mayChange: boolean;
  readonly askedOf: (id: string) => CardAsked;
  readonly onEdit: (target: Target) => void;
  readonly onTables: (id: string) => void;
  readonly onExport: (id: string) => void;
  readonly onImport: () => void;
}) {
  const t = useT();
  const { document, passwords } = settings;
  const connections = connectionsOf(document);
  return (
    <Stack gap="lg">
      <Stack gap="sm">
        <Title order={2} size="h4">
          {t('connectionsPage.central')}
        </Title>
        {isSetUp(settings) && document !== null ? (
          <CentralCard
            {...askedOf(CENTRAL)}
            central={document.central}
            place={passwords.central}
            mayChange={mayChange}
            onEdit={() => onEdit({ kind: 'central' })}
            onImport={onImport}
          />
        ) : (
          <Empty
            title={t('connectionsPage.noCentral')}
            action={
              <Button
                disabled={!mayChange || unreadable(settings)}
                onClick={() => onEdit({ kind: 'central' })}
              >
                {t('connectionsPage.addCentral')}
              </Button>
            }
          >
            {t('connectionsPage.noCentralNote')}
          </Empty>
        )}
      </Stack>
      <Stack gap="sm">
        <Title order={2} size="h4">
          {t('connectionsPage.branches')}
        </Title>
        {connections.length === 0 && (
          <Empty title={t('connectionsPage.noBranch')}>
            {isSetUp(settings) ? t('connectionsPage.noBranchNote') : t('connectionsPage.centralFirstNote')}
          </Empty>
        )}
        {connections.map((connection) => (
          <ConnectionCard
            key={connection.id}
            {...askedOf(connection.id)}
            connection={connection}
            settings={settings}
            mayChange={mayChange}
            onEdit={() => onEdit({ kind: 'source', id: connection.id })}
            onTables={() => onTables(connection.id)}
            onExport={() => onExport(connection.id)}
          />
        ))}
      </Stack>
    </Stack>
  );
}

function isSetUp({ document }: SettingsBase): boolean {
  return rawOf(document, { kind: 'central' }) !== null;
}

/** A file that is not valid JSON, and must not be overwritten. */
function unreadable({ document, revision }: SettingsBase): boolean {
  return document === null && revision !== null;
}

/** Whether this window can change anything; the frame says why if not. */
function useMayChange(): boolean {
  return useCall('setup').data?.commands ?? false;
}
