import { Text } from '@mantine/core';
import type { TableRow } from '../../../shared/contract.ts';
import type { RunningTable } from '../../../shared/window/views.ts';
import { ProgressLine } from '../../parts/ProgressLine.tsx';
import { useRunWords } from '../../parts/useRunWords.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';

/** How far a table is that is being copied now. */
export function RunningCell({ row, live }: { readonly row: TableRow; readonly live: RunningTable }) {
  const t = useT();
  const format = useFormat();
  const { left } = useRunWords();
  const estimated = row.estimated_rows;
  const done = row.records_processed + row.records_skipped;
  const fraction = estimated === null || estimated <= 0 ? null : Math.min(1, done / estimated);
  const text =
    fraction === null || estimated === null
      ? t('todayPage.running.rows', { rows: format.count(done) })
      : t('batchPage.ofAbout', { percent: format.percent(fraction), rows: format.count(estimated) });
  return (
    <>
      <ProgressLine
        size="sm"
        label={t('todayPage.running.tableLabel', { table: row.table_name })}
        fraction={fraction}
        text={text}
      />
      <Text size="xs" mt={4}>
        {left(live.etaSeconds)}
      </Text>
    </>
  );
}
