import { Text } from '@mantine/core';
import type { TableRow } from '../../../shared/contract.ts';
import { TableStatus } from '../../../shared/status.ts';
import type { Usual } from '../../../shared/window/views.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { type Compared, compareWithUsual, roundFactor } from './compareUsual.ts';
import classes from './TableList.module.css';

/** What a table took, beside what it usually takes. */
export function UsualCell({ row, usual }: { readonly row: TableRow; readonly usual: Usual | undefined }) {
  const t = useT();
  const format = useFormat();
  const seconds = row.duration_seconds;
  if (seconds === null) return null;
  const rows = row.records_processed + row.records_skipped;
  // What a table took until it failed says nothing about its usual.
  const isDone = row.status === TableStatus.Completed;
  const compared = isDone ? compareWithUsual(seconds, rows, usual) : null;
  if (compared === null || usual === undefined) return format.duration(seconds);
  const usually = format.duration(usual.seconds);
  const words = say(compared);
  return (
    <>
      {format.duration(seconds)}
      <span className={classes.usual} title={words}>
        <span
          className={classes.took}
          data-longer={compared.kind === 'longer' || undefined}
          style={{ width: `${Math.min(100, compared.factor * 50)}%` }}
        />
      </span>
      {compared.kind === 'longer' && (
        <Text size="xs" className={compared.moreRows === null ? classes.longer : undefined}>
          {words}
        </Text>
      )}
    </>
  );

  function say({ kind, factor, moreRows }: Compared): string {
    const number = (value: number): string => formatFactor(value, format.count);
    if (kind !== 'longer') return t(`batchPage.usual.${kind}`, { usual: usually });
    const longer = { factor: number(roundFactor(factor)), usual: usually };
    if (moreRows === null) return t('batchPage.usual.longer', longer);
    return t('batchPage.usual.more', { ...longer, rows: number(roundFactor(moreRows)) });
  }
}

function formatFactor(value: number, count: (value: number) => string): string {
  return Number.isInteger(value) ? count(value) : value.toFixed(1);
}
