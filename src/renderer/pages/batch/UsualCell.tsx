import { Text } from '@mantine/core';
import type { TableRow } from '../../../shared/contract.ts';
import { TableStatus } from '../../../shared/status.ts';
import type { Usual } from '../../../shared/window/views.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { type Compared, compareWithUsual, roundFactor } from './compareUsual.ts';
import classes from './TableList.module.css';

/** What a table took; where that is not its usual, how far from it. */
export function UsualCell({ row, usual }: { readonly row: TableRow; readonly usual: Usual | undefined }) {
  const t = useT();
  const format = useFormat();
  const seconds = row.duration_seconds;
  if (seconds === null) return null;
  const rows = row.records_processed + row.records_skipped;
  // What a table took until it failed says nothing about its usual.
  const isDone = row.status === TableStatus.Completed;
  const compared = isDone ? compareWithUsual(seconds, rows, usual) : null;
  if (usual === undefined || compared === null || compared.kind === 'as') return format.duration(seconds);
  const usually = format.duration(usual.seconds);
  const isLonger = compared.kind === 'longer';
  return (
    <>
      {format.duration(seconds)}
      <span className={classes.usual}>
        <span
          className={classes.took}
          data-longer={isLonger || undefined}
          style={{ width: `${Math.min(100, compared.factor * 50)}%` }}
        />
      </span>
      <Text size="xs" mt={4} className={isLonger && compared.moreRows === null ? classes.longer : undefined}>
        {say(compared)}
      </Text>
    </>
  );

  function say({ kind, factor, moreRows }: Compared): string {
    if (kind === 'shorter') return t('batchPage.usual.shorter', { usual: usually });
    const longer = { factor: format.factor(roundFactor(factor)), usual: usually };
    if (moreRows === null) return t('batchPage.usual.longer', longer);
    return t('batchPage.usual.more', { ...longer, rows: format.factor(roundFactor(moreRows)) });
  }
}
