import { Button, Drawer } from '@mantine/core';
import type { SettingsBase } from '../../../data/useSettings.ts';
import { useFocusBack } from '../../../parts/useFocusBack.ts';
import { useT } from '../../../words/LanguageProvider.tsx';
import { TableChooser } from './TableChooser.tsx';
import { useTableChoice } from './useTableChoice.ts';

/** Chooses what is copied of a connection. */
export function TablesDrawer({
  base,
  id,
  onClose,
}: {
  readonly base: SettingsBase;
  readonly id: string;
  readonly onClose: () => void;
}) {
  const t = useT();
  const choice = useTableChoice(base, id);
  useFocusBack();
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="xl"
      title={t('connectionsPage.chooseTablesOf', { name: choice.name })}
      closeOnClickOutside={!choice.touched}
      closeOnEscape={!choice.touched}
      closeButtonProps={{ 'aria-label': t('window.close') }}
      styles={{ title: { overflowWrap: 'anywhere' } }}
    >
      <TableChooser
        choice={choice}
        save={t('window.save')}
        onSaved={onClose}
        cancel={
          <Button variant="default" onClick={onClose}>
            {t('window.cancel')}
          </Button>
        }
      />
    </Drawer>
  );
}
