import { Button, Drawer } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { useT } from '../words/LanguageProvider.tsx';

/**
 * A form in a drawer, mounted only while it is open.
 *
 * @param props.touched whether something was typed: a click outside or Escape then does not close it
 */
export function FormDrawer({
  title,
  size = 'lg',
  touched,
  onClose,
  children,
}: {
  readonly title: string;
  readonly size?: 'lg' | 'xl';
  readonly touched: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  const t = useT();
  useFocusBack();
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size={size}
      title={title}
      closeOnClickOutside={!touched}
      closeOnEscape={!touched}
      closeButtonProps={{ 'aria-label': t('window.close') }}
      styles={{ title: { overflowWrap: 'anywhere' } }}
    >
      {children}
    </Drawer>
  );
}

export function CancelButton({ onClick }: { readonly onClick: () => void }) {
  const t = useT();
  return (
    <Button variant="default" onClick={onClick}>
      {t('window.cancel')}
    </Button>
  );
}

/**
 * Returns the focus to the previous element when a dialog unmounts. Mantine does so only for dialogs that
 * stay mounted; without this, the keyboard starts at the top of the page again.
 */
export function useFocusBack(): void {
  // Read during the first render, before the dialog takes the focus.
  const [before] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    },
    [before],
  );
}
