import type { TableRow } from '../../shared/contract.ts';
import { FailureCode } from '../../shared/errors.ts';
import { formatCount } from '../../shared/format.ts';
import { TableStatus } from '../../shared/status.ts';
import { type FailureGroup, groupByReason } from '../../shared/texts/failureGroups.ts';
import { joinLines, visible } from '../../shared/visible.ts';
import { renderLabelled } from './columns.ts';
import { type Look, painted, tableMark } from './marks.ts';

/** So many tables of a group are named; `sync-status --failed --json` has them all. */
const NAMED = 8;
const CODES: ReadonlySet<string> = new Set(Object.values(FailureCode));
/** So many messages of a group are told, where its tables have different ones. */
const MESSAGES = 3;

/** Why tables failed, each reason once: what happened, the server's own words, and what to do. */
export function renderFailedTables(tables: readonly TableRow[], look: Look): string[] {
  const failed = tables.filter((table) => table.status === TableStatus.Failed);
  if (failed.length === 0) return [look.t('cli.status.noneFailed')];
  return [
    look.colors.bold(look.t('cli.status.failedTables', { count: failed.length })),
    ...groupByReason(failed, look.t, look.t.failure).flatMap((group) => renderGroup(group, look)),
  ];
}

function renderGroup(group: FailureGroup, look: Look): string[] {
  const { t } = look;
  const [row] = group.rows;
  if (row === undefined) return [];
  const messages = [...new Set(group.rows.map((one) => joinLines(one.error_message ?? '', ' | ')))].filter(
    // Failures that are our own have no more words than their code.
    (one) => one !== '' && !CODES.has(one),
  );
  const facts: [string, string][] = messages
    .slice(0, MESSAGES)
    .map((message) => [t('cli.status.error'), message]);
  facts.push([t('cli.status.next'), group.next]);
  const names = group.rows.length === 1 ? oneTable(row, look) : manyTables(group.rows, look);
  return [
    '',
    `${painted(tableMark(row.status, look))}  ${names}`,
    `  ${group.sentence}`,
    ...renderLabelled(facts, look, '  '),
  ];
}

function oneTable(table: TableRow, { t, colors }: Look): string {
  const retries =
    table.retry_count === 0 ? '' : ` (${t('cli.status.retries', { count: table.retry_count })})`;
  const kept =
    table.records_processed > 0
      ? colors.dim(
          `, ${t('cli.progress.rowsWord', { rows: formatCount(table.records_processed, t.language) })}`,
        )
      : '';
  return `${colors.bold(visible(table.table_name))} (${visible(table.model_name)}), ${table.connection}${kept}${retries}`;
}

/** `114 tables: a, b, c and 111 more`, each with its connection where there are several. */
function manyTables(rows: readonly TableRow[], { t, colors }: Look): string {
  const [only, ...others] = new Set(rows.map((row) => row.connection));
  const isOne = others.length === 0;
  const nameOf = (row: TableRow): string =>
    visible(isOne ? row.table_name : `${row.connection}/${row.table_name}`);
  const names = rows.slice(0, NAMED).map(nameOf).join(', ');
  const count = rows.length - NAMED;
  const listed = count <= 0 ? names : t('cli.status.namesAndMore', { names, count });
  const connection = isOne ? `, ${only}` : '';
  return `${colors.bold(t('troubles.tables', { count: rows.length }))}${connection}: ${listed}`;
}
