import type { BatchRow, TableRow } from '../../../shared/contract.ts';
import { BatchStatus, TableStatus } from '../../../shared/status.ts';
import type { Translate } from '../../../shared/texts/translate.ts';
import type { Format } from '../../words/format.ts';
import { isUnchanged } from './tableFilter.ts';

/**
 * What came of a batch, in one sentence. Why tables failed is not part of it: that is said once, below.
 *
 * @param tables of the batch, with their live status
 * @param labelOf a connection's display name
 */
export function sayHeadline(
  { status }: Pick<BatchRow, 'status'>,
  tables: readonly TableRow[],
  t: Translate,
  format: Format,
  labelOf: (connection: string) => string,
): string {
  const unread = tables.filter((row) => row.all_tables && row.status === TableStatus.Failed);
  if (unread.length > 0) {
    // These rows stand for tables whose number is unknown, so the others are counted without them.
    const others = tables.filter((row) => !unread.includes(row));
    const names = [...new Set(unread.map((row) => labelOf(row.connection)))].join(', ');
    const nothing = t('batchPage.headline.nothingOf', { connections: names });
    return others.length === 0
      ? nothing
      : `${nothing} ${sayHeadline({ status }, others, t, format, labelOf)}`;
  }
  const count = (...of: readonly TableStatus[]): number =>
    tables.filter((row) => of.includes(row.status)).length;
  const total = tables.length;
  const arrived = count(TableStatus.Completed);
  const failed = count(TableStatus.Failed);
  const skipped = count(TableStatus.Skipped);
  const numbers = { total: format.count(total), failed: format.count(failed) };
  switch (status) {
    case BatchStatus.Running: {
      const done = arrived + skipped;
      return withParts(
        t('batchPage.headline.running', { ...numbers, count: done, number: format.count(done) }),
      );
    }
    case BatchStatus.Interrupted:
      return withParts(
        t('batchPage.headline.stopped', { ...numbers, count: arrived, number: format.count(arrived) }),
      );
    case BatchStatus.Failed:
      if (failed === 0) return t('batchPage.headline.othersArrived');
      if (failed === total) return t('batchPage.headline.allFailed', { count: total, ...numbers });
      return t('batchPage.headline.someFailed', { count: failed, ...numbers });
    case BatchStatus.Completed:
      if (skipped > 0) {
        const some = { ...numbers, count: arrived, number: format.count(arrived) };
        return withParts(t('batchPage.headline.some', some));
      }
      if (tables.every(isUnchanged)) return t('batchPage.headline.unchanged', { count: total, ...numbers });
      if (total === 2) return t('batchPage.headline.both');
      return t('batchPage.headline.all', { count: total, ...numbers });
  }

  function withParts(main: string): string {
    const parts = [
      main,
      ...(failed > 0 ? [t('batchPage.headline.failedToo', numbers)] : []),
      ...(skipped > 0 && status !== BatchStatus.Running
        ? [t('batchPage.headline.skippedToo', { count: skipped, number: format.count(skipped) })]
        : []),
    ];
    return `${parts.join('; ')}.`;
  }
}
