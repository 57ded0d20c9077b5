import { Group, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleDashed } from '@tabler/icons-react';
import type { Draft } from '../../../../shared/window/views.ts';
import { useFormat, useT } from '../../../words/LanguageProvider.tsx';
import { useLastTest } from '../lastTests.ts';

/** When this was last tried, and how it went. */
export function LastTestLine({ draft }: { readonly draft: Draft }) {
  const t = useT();
  const format = useFormat();
  const last = useLastTest(draft);
  if (last === null) {
    return (
      <Group gap={6} c="dimmed" wrap="nowrap">
        <IconCircleDashed size={18} aria-hidden />
        <Text size="sm">{t('connectionsPage.neverTested')}</Text>
      </Group>
    );
  }
  const time = format.shortTime(last.at);
  const Mark = last.ok ? IconCircleCheck : IconAlertTriangle;
  return (
    <Group gap={6} c={last.ok ? 'var(--branch-good)' : 'var(--branch-bad)'} wrap="nowrap">
      <Mark size={18} aria-hidden />
      <Text size="sm">
        {last.ok ? t('connectionsPage.testedWell', { time }) : t('connectionsPage.testedBadly', { time })}
      </Text>
    </Group>
  );
}
