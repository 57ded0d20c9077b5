import { useEffect, useState } from 'react';

/**
 * For a dialog that is there only while it is open: gives the focus back to what had it before, which Mantine does
 * only for dialogs that stay and are closed. Without it the keyboard begins at the top of the page again.
 */
export function useFocusBack(): void {
  // At the first drawing, before the dialog takes the focus.
  const [before] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    },
    [before],
  );
}
