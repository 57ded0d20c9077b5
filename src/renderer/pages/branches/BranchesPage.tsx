import { Button, Chip, Group, Paper, Stack, Text } from '@mantine/core';
import { IconFileImport, IconPlus } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import { visible } from '../../../shared/visible.ts';
import type { SettingsView } from '../../../window-api/views.ts';
import { useCall } from '../../data/useCall.ts';
import { type SettingsBase, useSettings } from '../../data/useSettings.ts';
import { askedImport, BRANCHES, branchPlace, CENTRAL } from '../../parts/branchesPlace.ts';
import { Answered, Empty, Page } from '../../parts/Page.tsx';
import { SaveRefused } from '../../parts/Refusals.tsx';
import { SearchField } from '../../parts/SearchField.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { ImportDrawer } from './disk/ImportDrawer.tsx';
import { EndpointDrawer } from './form/EndpointEditor.tsx';
import { BranchList } from './list/BranchList.tsx';
import { branchLines, countShown, SHOWN, type Shown, searchBranches } from './model/branchList.ts';
import { withEnabled } from './model/changes.ts';
import { fieldsOf, rawOf, type Target } from './model/fields.ts';

/** Source and destination of the data: head office, and all branches in one list. */
export function BranchesPage() {
  const t = useT();
  const { view } = useSettings();
  const mayChange = useCall('setup').data?.commands ?? false;
  const [open, setOpen] = useState<{ readonly target: Target; readonly base: SettingsBase } | null>(null);
  const base = view.data ?? { document: null, revision: null };
  const centralFirst = view.data !== undefined && !isSetUp(base) && !unreadable(base);
  const { data: setup } = useCall('setup');
  const isWrong = setup?.problem?.kind === 'usage' && setup.problem.code === 'settings_invalid';
  const edit = (target: Target): void => setOpen({ target, base });
  return (
    <Page
      title={t('window.pages.branches')}
      actions={
        <>
          {mayChange && isSetUp(base) && (
            <Button
              variant="default"
              leftSection={<IconFileImport size={18} aria-hidden />}
              component={Link}
              href="/import-branches"
            >
              {t('importBranches.open')}
            </Button>
          )}
          <Button
            leftSection={<IconPlus size={18} aria-hidden />}
            disabled={!mayChange || !isSetUp(base)}
            title={centralFirst ? t('branchesPage.centralFirstNote') : undefined}
            onClick={() => edit({ kind: 'source', id: null })}
          >
            {t('branchesPage.add')}
          </Button>
        </>
      }
    >
      {isWrong && <Text c="dimmed">{t('branchesPage.asWritten')}</Text>}
      <Answered to={view}>
        {(settings) => <Branches settings={settings} mayChange={mayChange} onEdit={edit} />}
      </Answered>
      {open !== null && (
        <EndpointDrawer base={open.base} target={open.target} onClose={() => setOpen(null)} />
      )}
      <AskedImport />
    </Page>
  );
}

/** The import of a file that an earlier batch has imported, if the address asks for it. */
function AskedImport() {
  const batch = askedImport(useSearch());
  const [, goTo] = useLocation();
  return batch === null ? null : (
    <ImportDrawer batch={batch} onClose={() => goTo(BRANCHES, { replace: true })} />
  );
}

function Branches({
  settings,
  mayChange,
  onEdit,
}: {
  readonly settings: SettingsView;
  readonly mayChange: boolean;
  readonly onEdit: (target: Target) => void;
}) {
  const t = useT();
  const format = useFormat();
  const editor = useSettings();
  const { data: standings } = useCall('branches');
  const [search, setSearch] = useState('');
  const [shown, setShown] = useState<Shown>('all');
  const { document } = settings;
  const lines = useMemo(() => branchLines(document, standings), [document, standings]);
  const found = useMemo(() => searchBranches(lines, search, shown), [lines, search, shown]);
  if (!isSetUp(settings))
    return (
      <Empty
        title={t('branchesPage.noCentral')}
        action={
          <Button disabled={!mayChange || unreadable(settings)} onClick={() => onEdit({ kind: 'central' })}>
            {t('branchesPage.addCentral')}
          </Button>
        }
      >
        {t('branchesPage.noCentralNote')}
      </Empty>
    );
  return (
    <Stack gap="md">
      <HeadOfficeLine settings={settings} />
      <SaveRefused refusal={editor.refusal} shown={[]} onReload={() => void editor.reload()} />
      {lines.length === 0 ? (
        <Empty title={t('branchesPage.noBranch')}>{t('branchesPage.noBranchNote')}</Empty>
      ) : (
        <>
          {lines.length > 1 && (
            <Group gap="sm" align="flex-end">
              <div style={{ flex: '1 1 14rem', maxWidth: '28rem' }}>
                <SearchField
                  label={t('branchesPage.searchBranch')}
                  placeholder={t('branchesPage.searchBranchNote')}
                  clearLabel={t('branchesPage.searchClear')}
                  value={search}
                  onSearch={setSearch}
                />
              </div>
              <Chip.Group
                value={shown}
                onChange={(value) => setShown(SHOWN.find((one) => one === value) ?? 'all')}
              >
                <Group gap={6}>
                  {SHOWN.map((one) => (
                    <Chip key={one} value={one} size="sm">
                      {t(`branchesPage.shown.${one}`, { number: format.count(countShown(lines, one)) })}
                    </Chip>
                  ))}
                </Group>
              </Chip.Group>
            </Group>
          )}
          {found.length === 0 ? (
            <Text c="dimmed" role="status">
              {t('branchesPage.noBranchFound')}
            </Text>
          ) : (
            <BranchList
              lines={found}
              mayChange={mayChange}
              onDuplicate={(id) => onEdit({ kind: 'source', id: null, copyOf: id })}
              onSwitch={(id, enabled) => void editor.save((written) => withEnabled(written, id, enabled))}
            />
          )}
        </>
      )}
    </Stack>
  );
}

/** Where all of them are copied to. */
function HeadOfficeLine({ settings: { document } }: { readonly settings: SettingsView }) {
  const t = useT();
  const { host, port, database } = fieldsOf({ ...document?.central });
  const name = t('branchesPage.central');
  return (
    <Paper withBorder px="md" py="xs" component="section" aria-label={name}>
      <Group gap="md" justify="space-between">
        <Text style={{ minWidth: 0, overflowWrap: 'anywhere' }}>
          <b>{name}</b> ·{' '}
          {visible(database === '' ? t('branchesPage.noDatabase') : `${host}:${port} / ${database}`)}
        </Text>
        <Button component={Link} href={branchPlace(CENTRAL)} variant="default" size="xs">
          {t('branchesPage.openCentral')}
        </Button>
      </Group>
    </Paper>
  );
}

function isSetUp({ document }: SettingsBase): boolean {
  return rawOf(document, { kind: 'central' }) !== null;
}

/** A file that is not valid JSON, and must not be overwritten. */
function unreadable({ document, revision }: SettingsBase): boolean {
  return document === null && revision !== null;
}
