import { Alert, Stack, Text } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { useState } from 'react';
import { useSettings } from '../../../data/useSettings.ts';
import { useEarlyLanguage, useT } from '../../../words/LanguageProvider.tsx';
import { EndpointEditor } from '../../connections/form/EndpointEditor.tsx';
import { useEndpointForm } from '../../connections/form/useEndpointForm.ts';
import type { Target } from '../../connections/model/fields.ts';
import { TableChooser } from '../../connections/tables/TableChooser.tsx';
import { useTableChoice } from '../../connections/tables/useTableChoice.ts';
import { withEarlyLanguage } from '../path.ts';
import { BackButton } from './StepButtons.tsx';

/** Head office, or the branch database: tried, then written. */
export function EndpointStep({
  target: opened,
  onDone,
  onBack,
}: {
  readonly target: Target;
  readonly onDone: () => void;
  readonly onBack: () => void;
}) {
  const t = useT();
  const { current } = useSettings();
  const { chosen } = useEarlyLanguage();
  // What it was opened for: while it is being saved, the new connection gets its id.
  const [{ base, target }] = useState(() => ({ base: current(), target: opened }));
  const form = useEndpointForm(base, target, (document) => withEarlyLanguage(document, chosen));
  return (
    <Stack gap="lg">
      <Text>{target.kind === 'central' ? t('setupPage.centralNote') : t('setupPage.branchNote')}</Text>
      <Alert
        color="branch"
        variant="light"
        icon={<IconLock aria-hidden />}
        title={t('setupPage.passwordTitle')}
      >
        {t('setupPage.passwordNote')}
      </Alert>
      <EndpointEditor
        form={form}
        save={t('setupPage.testAndGoOn')}
        onSaved={onDone}
        back={<BackButton onBack={onBack} />}
      />
    </Stack>
  );
}

/** What is copied of the branch: all, unless somebody says otherwise. */
export function TablesStep({
  id,
  onDone,
  onBack,
}: {
  readonly id: string;
  readonly onDone: () => void;
  readonly onBack: () => void;
}) {
  const t = useT();
  const { current } = useSettings();
  const choice = useTableChoice(current(), id);
  return (
    <Stack gap="lg">
      <Text>{t('setupPage.tablesNote')}</Text>
      <TableChooser
        choice={choice}
        titled
        save={t('setupPage.goOn')}
        onSaved={onDone}
        back={<BackButton onBack={onBack} />}
      />
    </Stack>
  );
}
