import { Accordion, Alert, Button, Code, FileButton, Group, Modal, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { strToU8, zipSync } from 'fflate';
import { useState } from 'react';
import { Link } from 'wouter';
import type { SettingsFile } from '../../../shared/settings.ts';
import { visibleLines } from '../../../shared/visible.ts';
import type { BundleFile, SettingsView } from '../../../window-api/views.ts';
import { useCall } from '../../data/useCall.ts';
import { useCommand } from '../../data/useCommand.ts';
import { useSettings } from '../../data/useSettings.ts';
import { useFocusBack } from '../../parts/FormDrawer.tsx';
import { Answered } from '../../parts/Page.tsx';
import { FormButtons, ProblemList, SaveRefused } from '../../parts/Refusals.tsx';
import { saveAs } from '../../parts/saveAs.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { Section } from './Section.tsx';

/** Export and import of the settings, to move them to another computer. */
export function Exchange({ settings }: { readonly settings: SettingsView }) {
  const t = useT();
  const exporting = useCommand('exportSettings');
  const checking = useCommand('checkImport');
  const { save: change, saving, refusal, reload } = useSettings();
  const save = async (): Promise<void> => {
    const text = await exporting.mutateAsync([]).catch(() => null);
    if (text !== null) saveAs('branchline-settings.json', 'application/json', text);
  };
  const read = async (file: File | null): Promise<void> => {
    if (file !== null) checking.mutate([await file.text()]);
  };
  const take = async (document: SettingsFile): Promise<void> => {
    if (!(await change(() => document))) return;
    checking.reset();
    notifications.show({ message: t('settingsPage.imported') });
  };
  return (
    <Section title={t('settingsPage.exchange')}>
      <Text size="sm">{t('settingsPage.exchangeHelp')}</Text>
      <Group gap="sm">
        <Button
          variant="default"
          loading={exporting.isPending}
          disabled={settings.document === null}
          onClick={() => void save()}
        >
          {t('settingsPage.export')}
        </Button>
        <FileButton onChange={(file) => void read(file)} accept="application/json,.json">
          {(props) => (
            <Button {...props} variant="default" loading={checking.isPending}>
              {t('settingsPage.import')}
            </Button>
          )}
        </FileButton>
      </Group>
      {checking.data?.problems != null && (
        <Alert color="red" title={t('settingsPage.importWrong')} role="alert">
          <ProblemList problems={checking.data.problems} />
        </Alert>
      )}
      {checking.data?.document != null && (
        <ImportQuestion document={checking.data.document} pending={saving} onTake={take} />
      )}
      <SaveRefused refusal={refusal} shown={[]} onReload={() => void reload()} />
    </Section>
  );
}

function ImportQuestion({
  document,
  pending,
  onTake,
}: {
  readonly document: SettingsFile;
  readonly pending: boolean;
  readonly onTake: (document: SettingsFile) => Promise<void>;
}) {
  const t = useT();
  return (
    <Alert color="branch" title={t('settingsPage.importReady')} role="status">
      <Text size="sm" mb="sm">
        {t('settingsPage.importText', { connections: document.connections.map((one) => one.id).join(', ') })}
      </Text>
      <Button size="sm" loading={pending} onClick={() => void onTake(document)}>
        {t('settingsPage.importNow')}
      </Button>
    </Alert>
  );
}

/** Leads to the check-up. */
export function CheckUp() {
  const t = useT();
  return (
    <Section title={t('doctorPage.title')}>
      <Text size="sm">{t('doctorPage.openHelp')}</Text>
      <Group>
        <Button component={Link} href="/doctor" variant="default">
          {t('doctorPage.open')}
        </Button>
      </Group>
    </Section>
  );
}

/** The support bundle; the person sees its contents before saving it. */
export function SupportBundle() {
  const t = useT();
  const [opened, setOpened] = useState(false);
  return (
    <Section title={t('settingsPage.bundle')}>
      <Text size="sm">{t('settingsPage.bundleHelp')}</Text>
      <Group>
        <Button variant="default" onClick={() => setOpened(true)}>
          {t('settingsPage.bundleLook')}
        </Button>
      </Group>
      {opened && <BundleDialog onClose={() => setOpened(false)} />}
    </Section>
  );
}

function BundleDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useT();
  const bundle = useCall('bundle');
  useFocusBack();
  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      title={t('settingsPage.bundleTitle')}
      closeButtonProps={{ 'aria-label': t('window.close') }}
    >
      <Answered to={bundle}>{(files) => <Files files={files} />}</Answered>
    </Modal>
  );
}

function Files({ files }: { readonly files: readonly BundleFile[] }) {
  const t = useT();
  const format = useFormat();
  return (
    <Stack gap="md">
      <Accordion variant="separated">
        {files.map(({ name, text }) => (
          <Accordion.Item key={name} value={name}>
            <Accordion.Control>
              {name} ({format.bytes(text.length)})
            </Accordion.Control>
            <Accordion.Panel>
              <Code block mah={320} style={{ overflow: 'auto' }} tabIndex={0}>
                {visibleLines(text)}
              </Code>
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
      <FormButtons>
        <Button onClick={() => saveAs('branchline-support.zip', 'application/zip', zipped(files))}>
          {t('settingsPage.bundleSave')}
        </Button>
      </FormButtons>
    </Stack>
  );
}

function zipped(files: readonly BundleFile[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(zipSync(Object.fromEntries(files.map(({ name, text }) => [name, strToU8(text)]))));
}
