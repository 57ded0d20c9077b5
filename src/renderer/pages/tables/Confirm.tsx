import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useT } from '../../words/LanguageProvider.tsx';

/** What is asked about before it is done. */
export type Asked = 'repair' | 'full';

/** Says what would be done, and asks whether to. */
export function Confirm({
  asked,
  table,
  onYes,
  onNo,
}: {
  readonly asked: Asked | null;
  readonly table: string;
  readonly onYes: (asked: Asked) => void;
  readonly onNo: () => void;
}) {
  const t = useT();
  return (
    <Modal
      opened={asked !== null}
      onClose={onNo}
      title={asked !== null && t(`tablesPage.${asked}.title`, { table })}
      closeButtonProps={{ 'aria-label': t('window.close') }}
      // Above the details, in which it is asked.
      zIndex={300}
    >
      {asked !== null && (
        <Stack>
          <Text>{t(`tablesPage.${asked}.body`)}</Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={onNo} data-autofocus>
              {t('window.cancel')}
            </Button>
            <Button onClick={() => onYes(asked)}>{t(`tablesPage.${asked}.confirm`)}</Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}
