import { Stack, Text } from '@mantine/core';
import { namesOf } from '../../../../shared/names.ts';
import { useFormat, useT } from '../../../words/LanguageProvider.tsx';
import type { ChoiceTotals } from '../model/tableChoice.ts';
import classes from './TableList.module.css';

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
      {withoutKey.length > 0 && (
        <Text size="sm" className={classes.names ?? ''}>
          {t('connectionsPage.withoutKey', counted(withoutKey))}
        </Text>
      )}
      {unreadable.length > 0 && (
        <Text size="sm" c="var(--branch-bad)" className={classes.names ?? ''}>
          {t('connectionsPage.unreadable', counted(unreadable))}
        </Text>
      )}
    </Stack>
  );

  function counted(names: readonly string[]) {
    return { count: names.length, tables: format.count(names.length), names: namesOf(names, t) };
  }
}
