import { Button, type ButtonProps, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type ReactNode, useState } from 'react';
import { useT } from '../words/LanguageProvider.tsx';

/** A button for an action that is hard to undo: first explains what it would do. */
export function ConfirmButton({
  title,
  text,
  confirm,
  onConfirm,
  children,
  ...button
}: Question & { readonly children: ReactNode } & ButtonProps) {
  const [opened, { open, close }] = useDisclosure();
  return (
    <>
      <Button variant="default" {...button} onClick={open}>
        {children}
      </Button>
      <ConfirmDialog
        opened={opened}
        onClose={close}
        title={title}
        text={text}
        confirm={confirm}
        onConfirm={onConfirm}
      />
    </>
  );
}

interface Question {
  readonly title: string;
  readonly text: ReactNode;
  /** Label of the button that does it. */
  readonly confirm: string;
  readonly onConfirm: () => Promise<void>;
}

/** Asks before an action that is hard to undo. */
export function ConfirmDialog({
  opened,
  onClose,
  title,
  text,
  confirm,
  onConfirm,
}: Question & { readonly opened: boolean; readonly onClose: () => void }) {
  const t = useT();
  const [busy, setBusy] = useState(false);
  const perform = async (): Promise<void> => {
    setBusy(true);
    try {
      await onConfirm();
    } finally {
      setBusy(false);
      onClose();
    }
  };
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={title}
      closeButtonProps={{ 'aria-label': t('window.close') }}
    >
      <Stack gap="md">
        <Text>{text}</Text>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} data-autofocus>
            {t('window.cancel')}
          </Button>
          <Button color="red.9" loading={busy} onClick={() => void perform()}>
            {confirm}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
