import { Alert, Button, FileButton, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { SettingsFile } from '../../../shared/settings.ts';
import type { SettingsView } from '../../../window-api/views.ts';
import { useCommand } from '../../data/useCommand.ts';
import { useSettings } from '../../data/useSettings.ts';
import { ProblemList } from '../../parts/ProblemList.tsx';
import { SaveRefused } from '../../parts/SaveRefused.tsx';
import { saveAs } from '../../parts/saveAs.ts';
import { useT } from '../../words/LanguageProvider.tsx';
import { Section } from './Section.tsx';

/** Taking the settings to another computer. */
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
