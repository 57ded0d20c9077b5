import type { TableRow } from '../../shared/contract.ts';
import { formatCount, formatDuration } from '../../shared/format.ts';
import { TableStatus } from '../../shared/status.ts';
import { failureOfRow } from '../../shared/texts/failureOfRow.ts';
import type { Translate } from '../../shared/texts/translate.ts';
import { element } from './element.ts';
import { tableMark } from './statusMark.ts';

/** The tables of a batch. */
export function tableList(t: Translate, tables: readonly TableRow[]): HTMLElement {
  const head = [
    element('th', { scope: 'col' }, t('cli.column.table')),
    element('th', { scope: 'col' }, t('cli.column.connection')),
    element('th', { scope: 'col' }, t('cli.column.status')),
    element('th', { scope: 'col', class: 'number' }, t('cli.column.processed')),
    element('th', { scope: 'col', class: 'number' }, t('cli.column.skipped')),
    element('th', { scope: 'col', class: 'number' }, t('cli.column.deleted')),
    element('th', { scope: 'col', class: 'number' }, t('cli.column.duration')),
  ];
  return element(
    'table',
    {},
    element('caption', {}, t('window.tables')),
    element('thead', {}, element('tr', {}, ...head)),
    element('tbody', {}, ...tables.flatMap((row) => [tableRow(t, row), ...failureRow(t, row)])),
  );
}

function tableRow(t: Translate, row: TableRow): HTMLElement {
  const { language } = t;
  const duration = row.duration_seconds;
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, row.table_name),
    element('td', {}, row.connection),
    element('td', {}, tableMark(t, row.status)),
    element('td', { class: 'number' }, processed(t, row)),
    element('td', { class: 'number' }, formatCount(row.records_skipped, language)),
    element('td', { class: 'number' }, formatCount(row.records_deleted, language)),
    element('td', { class: 'number' }, duration === null ? '–' : formatDuration(duration, language)),
  );
}

function processed(t: Translate, row: TableRow): string {
  const rows = formatCount(row.records_processed, t.language);
  if (row.status !== TableStatus.InProgress || row.estimated_rows === null) return rows;
  return t('window.ofRows', { rows, total: formatCount(row.estimated_rows, t.language) });
}

function failureRow(t: Translate, row: TableRow): readonly HTMLElement[] {
  if (row.error_code === null) return [];
  const { sentence, next } = t.failure(failureOfRow(row));
  const cell = element(
    'td',
    {},
    element('p', {}, sentence),
    element('p', {}, next),
    row.error_message === null
      ? null
      : element(
          'details',
          {},
          element('summary', {}, t('window.serverSaid')),
          element('code', {}, row.error_message),
        ),
  );
  cell.colSpan = 7;
  return [element('tr', { class: 'failure' }, cell)];
}
