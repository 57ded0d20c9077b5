import type { LogRow } from '../../shared/contract.ts';
import { formatDateTime } from '../../shared/format.ts';
import { renderColumns } from './columns.ts';
import type { Look } from './look.ts';

/** The event log of a batch, oldest first; the names of events are the log's own. */
export function renderEventLog(rows: readonly LogRow[], look: Look): string[] {
  const { t } = look;
  if (rows.length === 0) return [t('cli.status.noEvents')];
  return renderColumns(
    [
      { title: t('cli.column.at') },
      { title: t('cli.column.event') },
      { title: t('cli.column.table') },
      { title: t('cli.column.detail'), shrinks: true },
    ],
    rows.map((row) => [
      { text: formatDateTime(row.at, t.language), paint: look.colors.dim },
      { text: row.event },
      { text: [row.connection, row.table_name].filter((part) => part !== null).join('/') },
      { text: details(row.detail) },
    ]),
    look,
  );
}

function details(detail: LogRow['detail']): string {
  return Object.entries(detail)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
}
