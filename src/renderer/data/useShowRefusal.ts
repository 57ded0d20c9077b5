import { notifications } from '@mantine/notifications';
import { useCallback } from 'react';
import { useT } from '../words/LanguageProvider.tsx';
import { sentencesOf } from '../words/refusal.ts';
import { useLabels } from './useLabels.ts';

/** Shows in a corner of the window why something was not done. */
export function useShowRefusal(): (error: Error) => void {
  const t = useT();
  const labelOf = useLabels();
  return useCallback(
    (error) => {
      const { what, rest } = sentencesOf(error, t, labelOf);
      notifications.show({
        color: 'red',
        title: what,
        message: rest.join(' '),
        autoClose: 15_000,
        closeButtonProps: { 'aria-label': t('window.close') },
      });
    },
    [t, labelOf],
  );
}
