import { Text } from '@mantine/core';
import type { FleetView } from '../../../window-api/views.ts';
import { RefusalAlert } from '../../parts/Refusals.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';

/** Why what is shown is old; nothing while head office's database answers. */
export function Stale({ view: { problem, asOf } }: { readonly view: Pick<FleetView, 'problem' | 'asOf'> }) {
  const t = useT();
  const format = useFormat();
  if (problem === null) return null;
  return (
    <RefusalAlert refusal={problem}>
      <Text size="sm" mt="xs">
        {t('boardPage.stale', { time: format.shortTime(asOf) })}
      </Text>
    </RefusalAlert>
  );
}
