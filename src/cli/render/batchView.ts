import type { BatchRow, TableRow } from '../../shared/contract.ts';
import { FailureCode } from '../../shared/errors.ts';
import {
  formatBytes,
  formatCount,
  formatDateTime,
  formatDuration,
  formatPercent,
} from '../../shared/format.ts';
import { BatchStatus, InterruptionReason, TableStatus } from '../../shared/status.ts';
import { type FailureGroup, groupByReason } from '../../shared/texts/failureGroups.ts';
import { askedByText } from '../../shared/texts/requestText.ts';
import { trafficText } from '../../shared/texts/trafficText.ts';
import { joinLines, visible } from '../../shared/visible.ts';
import { isUnchangedRow, sumsUp } from '../progress/board.ts';
import { type Cell, type Column, renderColumns, renderLabelled } from './columns.ts';
import { batchMark, type Look, painted, tableMark } from './marks.ts';

export interface BatchWithTables {
  readonly batch: BatchRow;
  readonly tables: readonly TableRow[];
}

/**
 * A whole batch: summary, every table, the failures with what to do, and the command that resumes it.
 *
 * @param resumeCommand as typed on this machine
 * @param now for the duration of a running batch
 * @param verbose whether a large batch also lists unchanged tables
 */
export function renderBatch(
  { batch, tables }: BatchWithTables,
  look: Look,
  resumeCommand: string,
  now: Date,
  verbose = false,
): string[] {
  const failed = tables.some((table) => table.status === TableStatus.Failed);
  return [
    ...renderBatchHead({ batch, tables }, look, now),
    '',
    ...renderTables({ batch, tables }, look, now, verbose),
    ...(failed ? ['', ...renderFailedTables(tables, look)] : []),
    ...renderGone(tables, look),
    ...renderResume(batch, look, resumeCommand),
  ];
}

/** The summary above the table list. */
export function renderBatchHead({ batch, tables }: BatchWithTables, look: Look, now: Date): string[] {
  const { t, colors } = look;
  const done = batch.completed_tables + batch.skipped_tables;
  const percent = batch.total_tables === 0 ? 1 : done / batch.total_tables;
  const resumed =
    batch.resume_count === 0 ? '' : `, ${t('cli.status.resumed', { count: batch.resume_count })}`;
  const reason =
    batch.interruption_reason === null ? '' : ` (${t(`words.reason.${batch.interruption_reason}`)})`;
  const pairs: [string, string][] = [
    [t('cli.status.batch'), colors.bold(batch.batch_id)],
    [t('cli.status.status'), `${painted(batchMark(batch.status, look))}${reason}`],
    [t('cli.status.started'), `${formatDateTime(batch.started_at, t.language)}${resumed}`],
  ];
  if (batch.ended_at !== null)
    pairs.push([t('cli.status.ended'), formatDateTime(batch.ended_at, t.language)]);
  pairs.push(
    [t('cli.status.duration'), formatDuration(batchSeconds(batch, now), t.language)],
    [t('cli.status.by'), askedByText(batch.options, t) ?? t(`words.trigger.${batch.trigger}`)],
    [
      t('cli.status.progress'),
      t('cli.status.doneOf', {
        percent: formatPercent(percent, t.language),
        done: formatCount(done, t.language),
        total: formatCount(batch.total_tables, t.language),
        count: batch.total_tables,
      }),
    ],
    [t('cli.status.rows'), rowCounts(tables, look)],
    [t('cli.status.link'), trafficText(batch, t, (size) => formatBytes(size, t.language))],
  );
  return renderLabelled(pairs, look);
}

function rowCounts(tables: readonly TableRow[], { t }: Look): string {
  const sum = (pick: (table: TableRow) => number) =>
    formatCount(
      tables.reduce((total, table) => total + pick(table), 0),
      t.language,
    );
  return t('cli.status.counts', {
    processed: sum((table) => table.records_processed),
    checked: sum((table) => table.records_processed + table.records_skipped),
    deleted: sum((table) => table.records_deleted),
  });
}

function renderTables({ batch, tables }: BatchWithTables, look: Look, now: Date, verbose: boolean): string[] {
  const { t } = look;
  const listed = verbose || !sumsUp(tables.length) ? tables : tables.filter((one) => !isUnchangedRow(one));
  const count = tables.length - listed.length;
  const sum =
    count === 0 ? [] : [t('cli.progress.unchanged', { count, tables: formatCount(count, t.language) })];
  if (listed.length === 0) return sum;
  const columns: Column[] = [
    { title: t('cli.column.status') },
    { title: t('cli.column.table'), shrinks: true },
    { title: t('cli.column.connection'), shrinks: true },
    { title: t('cli.column.processed'), align: 'right' },
    { title: t('cli.column.skipped'), align: 'right' },
    { title: t('cli.column.deleted'), align: 'right' },
    { title: t('cli.column.duration'), align: 'right' },
  ];
  const rows = listed.map((table) => [
    tableMark(table.status, look, batch.status),
    ...tableCells(table, look, now),
  ]);
  return [...renderColumns(columns, rows, look), ...sum];
}

function tableCells(table: TableRow, look: Look, now: Date): Cell[] {
  const language = look.t.language;
  const count = (value: number): Cell => ({ text: formatCount(value, language) });
  const seconds = tableSeconds(table, now);
  return [
    { text: table.table_name },
    { text: table.connection },
    count(table.records_processed),
    count(table.records_skipped),
    count(table.records_deleted),
    { text: seconds === null ? '' : formatDuration(seconds, language) },
  ];
}

/** How many tables a list names; `sync-status --json` has them all. */
const NAMED = 8;

/** Tables that no longer exist at the branch: not a failure, but worth knowing. */
function renderGone(tables: readonly TableRow[], { t, colors }: Look): string[] {
  const gone = tables.filter((table) => table.status === TableStatus.Skipped);
  if (gone.length === 0) return [];
  const names = gone.slice(0, NAMED).map((one) => `${one.connection}/${one.table_name}`);
  const count = gone.length - NAMED;
  const listed = names.join(', ');
  const all = count <= 0 ? listed : t('cli.status.namesAndMore', { names: listed, count });
  return ['', colors.yellow(t('cli.status.gone', { count: gone.length, names: all }))];
}

/** The command that resumes a batch, if that makes sense. */
function renderResume(batch: BatchRow, { t, colors }: Look, command: string): string[] {
  if (batch.status === BatchStatus.Completed) return [];
  if (batch.status === BatchStatus.Running) return [];
  if (batch.interruption_reason === InterruptionReason.Superseded) return [];
  return ['', t('cli.status.resumeWith'), `  ${colors.bold(command)}`];
}

function batchSeconds(batch: BatchRow, now: Date): number {
  return batch.duration_seconds ?? secondsSince(batch.started_at, now);
}

function tableSeconds(table: TableRow, now: Date): number | null {
  if (table.duration_seconds !== null) return table.duration_seconds;
  if (table.status !== TableStatus.InProgress || table.started_at === null) return null;
  return secondsSince(table.started_at, now);
}

function secondsSince(start: string, now: Date): number {
  return Math.max(0, (now.getTime() - Date.parse(start)) / 1000);
}

/** One line per batch, latest first. */
export function renderBatchList(batches: readonly BatchRow[], look: Look): string[] {
  const { t } = look;
  const rows = batches.map((batch) => [
    { text: batch.batch_id },
    batchMark(batch.status, look),
    { text: formatDateTime(batch.started_at, t.language) },
    { text: batch.duration_seconds === null ? '' : formatDuration(batch.duration_seconds, t.language) },
    { text: doneOf(batch, look) },
    {
      text: formatCount(batch.failed_tables, t.language),
      ...(batch.failed_tables > 0 ? { paint: look.colors.red } : {}),
    },
    { text: askedByText(batch.options, t) ?? t(`words.trigger.${batch.trigger}`) },
  ]);
  const columns = [
    { title: t('cli.column.batch') },
    { title: t('cli.column.status') },
    { title: t('cli.column.started') },
    { title: t('cli.column.duration'), align: 'right' },
    { title: t('cli.column.tables'), align: 'right' },
    { title: t('cli.column.failed'), align: 'right' },
    { title: t('cli.column.trigger'), shrinks: true },
  ] as const;
  return [...renderColumns(columns, rows, look), '', look.colors.dim(t('cli.status.showWith'))];
}

function doneOf(batch: BatchRow, { t }: Look): string {
  const done = formatCount(batch.completed_tables + batch.skipped_tables, t.language);
  return `${done}/${formatCount(batch.total_tables, t.language)}`;
}

const CODES: ReadonlySet<string> = new Set(Object.values(FailureCode));
/** How many different messages are shown for tables that failed for the same reason. */
const MESSAGES = 3;

/** Why tables failed, each reason once: what happened, the server's message, and what to do. */
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
    // For failures of our own the message is just the code, which says nothing more.
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
          `, ${t('counts.written', { count: table.records_processed, number: formatCount(table.records_processed, t.language) })}`,
        )
      : '';
  return `${colors.bold(visible(table.table_name))} (${visible(table.model_name)}), ${table.connection}${kept}${retries}`;
}

/** `114 tables: a, b, c and 111 more`; each name with its connection if there are several. */
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
