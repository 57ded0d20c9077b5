import { Button, type ButtonProps, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type ReactNode, useState } from 'react';
import { useT } from '../words/LanguageProvider.tsx';

/** A button for what is not easily undone: says first what it would do. */
export function ConfirmButton({
  title,
  text,
  confirm,
  onConfirm,
  children,
  ...button
}: {
  readonly title: string;
  readonly text: ReactNode;
  /** On the button that does it. */
  readonly confirm: string;
  readonly onConfirm: () => Promise<void>;
  readonly children: ReactNode;
} & ButtonProps) {
  const t = useT();
  const [opened, { open, close }] = useDisclosure();
  const [busy, setBusy] = useState(false);
  const perform = async (): Promise<void> => {
    setBusy(true);
    try {
      await onConfirm();
    } finally {
      setBusy(false);
      close();
    }
  };
  return (
    <>
      <Button variant="default" {...button} onClick={open}>
        {children}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={title}
        closeButtonProps={{ 'aria-label': t('window.close') }}
      >
        <Stack gap="md">
          <Text>{text}</Text>
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close} data-autofocus>
              {t('window.cancel')}
            </Button>
            <Button color="red.9" loading={busy} onClick={() => void perform()}>
              {confirm}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
