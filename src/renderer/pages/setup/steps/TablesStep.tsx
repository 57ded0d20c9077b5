import { Stack, Text } from '@mantine/core';
import { useSettings } from '../../../data/useSettings.ts';
import { useT } from '../../../words/LanguageProvider.tsx';
import { TableChooser } from '../../connections/tables/TableChooser.tsx';
import { useTableChoice } from '../../connections/tables/useTableChoice.ts';
import { BackButton } from './StepButtons.tsx';

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
