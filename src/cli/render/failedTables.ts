import type { TableRow } from '../../shared/contract.ts';
import { formatCount } from '../../shared/format.ts';
import { TableStatus } from '../../shared/status.ts';
import { failureOfRow } from '../../shared/texts/failureOfRow.ts';
import { renderLabelled } from './labelled.ts';
import type { Look } from './look.ts';
import { painted, tableMark } from './marks.ts';

/** Each failed table with what happened, the server's own words, and what to do. */
export function renderFailedTables(tables: readonly TableRow[], look: Look): string[] {
  const failed = tables.filter((table) => table.status === TableStatus.Failed);
  if (failed.length === 0) return [look.t('cli.status.noneFailed')];
  return [
    look.colors.bold(look.t('cli.status.failedTables', { count: failed.length })),
    ...failed.flatMap((table) => renderFailedTable(table, look)),
  ];
}

function renderFailedTable(table: TableRow, look: Look): string[] {
  const { t, colors } = look;
  const failure = failureOfRow(table);
  const { sentence, next } = t.failure(failure);
  const retries =
    table.retry_count === 0 ? '' : ` (${t('cli.status.retries', { count: table.retry_count })})`;
  const facts: [string, string][] = [];
  if (table.error_message) facts.push([t('cli.status.error'), oneLine(table.error_message)]);
  facts.push([t('cli.status.next'), next]);
  const kept =
    table.records_processed > 0
      ? colors.dim(
          `, ${t('cli.progress.rowsWord', { rows: formatCount(table.records_processed, t.language) })}`,
        )
      : '';
  return [
    '',
    `${painted(tableMark(table.status, look))}  ${colors.bold(table.table_name)} (${table.model_name}), ${table.connection}${kept}${retries}`,
    `  ${sentence}`,
    ...renderLabelled(facts, look, '  '),
  ];
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' | ').trim();
}
