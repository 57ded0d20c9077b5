import type { LogRow } from '../../shared/contract.ts';
import { formatDateTime } from '../../shared/format.ts';
import { sayLogRow } from '../../shared/texts/logLine.ts';
import { renderColumns } from './columns.ts';
import type { Look } from './look.ts';

/** The event log of a batch in words, oldest first; what became of a table is not cut off on a narrow terminal. */
export function renderEventLog(rows: readonly LogRow[], look: Look): string[] {
  const { t } = look;
  if (rows.length === 0) return [t('cli.status.noEvents')];
  return renderColumns(
    [{ title: t('cli.column.at') }, { title: t('cli.column.event') }],
    rows.map((row) => [
      { text: formatDateTime(row.at, t.language), paint: look.colors.dim },
      { text: sayLogRow(row, t) },
    ]),
    look,
  );
}
