import { List, Stack, Text } from '@mantine/core';
import { useT } from '../../words/LanguageProvider.tsx';

/** The next times of a plan, as they are written. */
export function NextRuns({ times }: { readonly times: readonly string[] }) {
  const t = useT();
  if (times.length === 0) return null;
  return (
    <Stack gap={4}>
      <Text size="sm" fw={600}>
        {t('schedulesPage.next')}
      </Text>
      <List size="sm" className="numbers">
        {times.map((at) => (
          <List.Item key={at}>{at}</List.Item>
        ))}
      </List>
    </Stack>
  );
}
