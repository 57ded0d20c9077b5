import { Stack, Text } from '@mantine/core';
import { useFormat, useT } from '../../../words/LanguageProvider.tsx';
import type { ChoiceTotals } from '../model/tableChoice.ts';

/** What the choice comes to, and what is special about it. */
export function TableTotals({ totals, of }: { readonly totals: ChoiceTotals; readonly of: number }) {
  const t = useT();
  const format = useFormat();
  const { tables, rows, bytes, withoutKey, unreadable } = totals;
  return (
    <Stack gap={4}>
      <Text fw={600} role="status">
        {t('connectionsPage.totals', {
          tables: format.count(tables),
          of: format.count(of),
          rows: format.count(rows),
          size: format.bytes(bytes),
        })}
      </Text>
      {withoutKey > 0 && (
        <Text size="sm">
          {t('connectionsPage.withoutKey', { count: withoutKey, tables: format.count(withoutKey) })}
        </Text>
      )}
      {unreadable > 0 && (
        <Text size="sm" c="var(--branch-bad)">
          {t('connectionsPage.unreadable', { count: unreadable, tables: format.count(unreadable) })}
        </Text>
      )}
    </Stack>
  );
}
