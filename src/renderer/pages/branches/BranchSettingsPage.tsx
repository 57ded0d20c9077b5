import { Anchor, Button, Stack, Tabs, Text } from '@mantine/core';
import { IconCopy } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import type { ConnectionFile } from '../../../shared/settings.ts';
import { visible } from '../../../shared/visible.ts';
import type { SettingsView } from '../../../window-api/views.ts';
import { useCall } from '../../data/useCall.ts';
import { useSettings } from '../../data/useSettings.ts';
import {
  BRANCH_TABS,
  BRANCHES,
  type BranchTab,
  branchPlace,
  CENTRAL,
  isTestAsked,
} from '../../parts/branchesPlace.ts';
import { CancelButton } from '../../parts/FormDrawer.tsx';
import { Answered, Empty, Page } from '../../parts/Page.tsx';
import { useT } from '../../words/LanguageProvider.tsx';
import { ExportDrawer } from './disk/ExportDrawer.tsx';
import { ImportDrawer } from './disk/ImportDrawer.tsx';
import { EndpointDrawer, EndpointEditor } from './form/EndpointEditor.tsx';
import { useEndpointForm } from './form/useEndpointForm.ts';
import { BranchCard } from './list/BranchCard.tsx';
import { BranchStanding } from './list/BranchStanding.tsx';
import { CentralCard } from './list/EndpointCard.tsx';
import { connectionsOf, type Target } from './model/fields.ts';
import { TableChooser } from './tables/TableChooser.tsx';
import { useTableChoice } from './tables/useTableChoice.ts';

/** A branch of the settings, or head office: how it stands, its tables, its settings. */
export function BranchSettingsPage({ id, tab }: { readonly id: string; readonly tab: string }) {
  const t = useT();
  const { view } = useSettings();
  const connection = connectionsOf(view.data?.document ?? null).find((one) => one.id === id);
  const isCentral = id === CENTRAL;
  const name = isCentral ? t('branchesPage.central') : visible(connection?.label || id);
  return (
    <Page
      title={name}
      actions={connection !== undefined && <DuplicateButton id={id} />}
      above={
        <Anchor component={Link} href={BRANCHES} size="sm">
          {t('branchesPage.back')}
        </Anchor>
      }
    >
      <Answered to={view}>
        {(settings) =>
          connection === undefined && !isCentral ? (
            <Empty title={t('branchesPage.unknown')}>{t('branchesPage.unknownNote')}</Empty>
          ) : (
            <BranchTabs id={id} tab={tab} settings={settings} connection={connection ?? null} />
          )
        }
      </Answered>
    </Page>
  );
}

function DuplicateButton({ id }: { readonly id: string }) {
  const t = useT();
  const { current } = useSettings();
  const mayChange = useCall('setup').data?.commands ?? false;
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconCopy size={18} aria-hidden />}
        disabled={!mayChange}
        onClick={() => setOpened(true)}
      >
        {t('branchesPage.duplicate')}
      </Button>
      {opened && (
        <EndpointDrawer
          base={current()}
          target={{ kind: 'source', id: null, copyOf: id }}
          onClose={() => setOpened(false)}
        />
      )}
    </>
  );
}

function BranchTabs({
  id,
  tab: asked,
  settings,
  connection,
}: {
  readonly id: string;
  readonly tab: string;
  readonly settings: SettingsView;
  /** Null: head office. */
  readonly connection: ConnectionFile | null;
}) {
  const t = useT();
  const [, goTo] = useLocation();
  const tabs = connection === null ? (['overview', 'settings'] as const) : BRANCH_TABS;
  const tab: BranchTab = tabs.find((one) => one === asked) ?? 'overview';
  const back = (): void => goTo(branchPlace(id));
  const target: Target = connection === null ? { kind: 'central' } : { kind: 'source', id };
  return (
    <Tabs
      value={tab}
      onChange={(next) =>
        goTo(
          branchPlace(
            id,
            tabs.find((one) => one === next),
          ),
        )
      }
      keepMounted={false}
    >
      <Tabs.List>
        {tabs.map((one) => (
          <Tabs.Tab key={one} value={one}>
            {t(`branchesPage.tab.${one}`)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value="overview" pt="md">
        <Overview id={id} settings={settings} connection={connection} />
      </Tabs.Panel>
      {connection !== null && (
        <Tabs.Panel value="tables" pt="md" maw="60rem">
          <TablesForm id={id} onSaved={back} />
        </Tabs.Panel>
      )}
      <Tabs.Panel value="settings" pt="md" maw="52rem">
        <SettingsForm target={target} onSaved={back} />
      </Tabs.Panel>
    </Tabs>
  );
}

function Overview({
  id,
  settings,
  connection,
}: {
  readonly id: string;
  readonly settings: SettingsView;
  readonly connection: ConnectionFile | null;
}) {
  const t = useT();
  const { data: setup } = useCall('setup');
  const mayChange = setup?.commands ?? false;
  const isWrong = setup?.problem?.kind === 'usage' && setup.problem.code === 'settings_invalid';
  const [, goTo] = useLocation();
  const asked = useTestAsked(id);
  const [open, setOpen] = useState<'export' | 'import' | null>(null);
  const close = (): void => setOpen(null);
  const { document, passwords } = settings;
  if (document === null) return null;
  return (
    <Stack gap="md">
      {isWrong && <Text c="dimmed">{t('branchesPage.asWritten')}</Text>}
      {connection === null ? (
        <CentralCard
          {...asked}
          central={document.central}
          place={passwords.central}
          mayChange={mayChange}
          onImport={() => setOpen('import')}
        />
      ) : (
        <>
          <BranchStanding id={id} />
          <BranchCard
            {...asked}
            connection={connection}
            settings={settings}
            mayChange={mayChange}
            onExport={() => setOpen('export')}
            onRemoved={() => goTo(BRANCHES)}
          />
        </>
      )}
      {open === 'export' && <ExportDrawer connection={id} onClose={close} />}
      {open === 'import' && <ImportDrawer batch={null} onClose={close} />}
    </Stack>
  );
}

/** Whether the address asks for a test. It is removed once read, so that a reload does not repeat it. */
function useTestAsked(id: string) {
  const search = useSearch();
  const [, goTo] = useLocation();
  const [asked, setAsked] = useState(false);
  useEffect(() => {
    if (!isTestAsked(search)) return;
    setAsked(true);
    goTo(branchPlace(id), { replace: true });
  }, [search, id, goTo]);
  return { asked, onMet: () => setAsked(false) };
}

function SettingsForm({ target, onSaved }: { readonly target: Target; readonly onSaved: () => void }) {
  const t = useT();
  const { current } = useSettings();
  const [base] = useState(current);
  const form = useEndpointForm(base, target);
  return (
    <EndpointEditor
      form={form}
      save={t('window.save')}
      saveAgain={t('branchesPage.saveAgain')}
      onSaved={onSaved}
      cancel={<CancelButton onClick={onSaved} />}
    />
  );
}

function TablesForm({ id, onSaved }: { readonly id: string; readonly onSaved: () => void }) {
  const t = useT();
  const { current } = useSettings();
  const [base] = useState(current);
  const choice = useTableChoice(base, id);
  return (
    <TableChooser
      choice={choice}
      save={t('window.save')}
      onSaved={onSaved}
      cancel={<CancelButton onClick={onSaved} />}
    />
  );
}
