import { type LogRow, UNKNOWN_TABLES } from '../contract.ts';
import { FailureCode } from '../errors.ts';
import { formatCount, formatDateTime, formatDuration } from '../format.ts';
import { type Notice, NoticeCode } from '../notices.ts';
import { BatchStatus, InterruptionReason } from '../status.ts';
import { en } from './en/index.ts';
import type { Translate } from './translate.ts';

type Detail = LogRow['detail'];
type LabelOf = (connection: string) => string;

/**
 * A line of the event log, for a person. What this version has no words for (a line of a newer or an older one) is
 * shown as it stands in the journal: a log that hides lines would be believed wrongly.
 *
 * @param labelOf the name that people know a connection by; without it lines have its id, as commands do
 */
export function sayLogRow(row: LogRow, t: Translate, labelOf?: LabelOf): string {
  return (
    (row.table_name === null ? null : sayOfTable(row, row.table_name, t, labelOf)) ??
    sayOfBatch(row, t, labelOf) ??
    sayAsItIs(row, t)
  );
}

function sayOfBatch(row: LogRow, t: Translate, labelOf: LabelOf = asItIs): string | null {
  const { event, detail } = row;
  const batch = row.batch_id ?? '';
  const at = row.connection === null ? '' : labelOf(row.connection);
  const count = (name: string): string => formatCount(numberOf(detail, name), t.language);
  switch (event) {
    case 'batch_started': {
      const tables = numberOf(detail, 'tables');
      return t('cli.progress.started', { batch, tables: formatCount(tables, t.language), count: tables });
    }
    case 'batch_resumed':
      return t('log.batchResumed', { number: count('resume_count') });
    case 'batch_completed':
    case 'batch_failed': {
      const status = event === 'batch_failed' ? BatchStatus.Failed : BatchStatus.Completed;
      const counts = { completed: count('completed'), failed: count('failed'), skipped: count('skipped') };
      return t('log.batchEnded', { ...counts, status: t(`words.batch.${status}`) });
    }
    case 'batch_interrupted':
      return t('log.batchInterrupted', { reason: reasonOf(detail, t) });
    case 'batch_superseded':
      return t('log.batchSuperseded', { reason: reasonOf(detail, t) });
    case 'tables_found':
      return t('log.tablesFound', { connection: at, tables: count('tables') });
    case 'circuit_opened':
      return t('log.circuit', { connection: at, sentence: sentenceOf(row, t, labelOf) });
    case 'history_hidden':
      return t('cli.progress.historyHidden', { connection: at, sql: textOf(detail, 'sql') });
    case 'ghosts_ended':
      return t('cli.progress.ghosts', { connection: at, count: numberOf(detail, 'count') });
    case 'records_lost': {
      const last = { connection: at, batch: textOf(detail, 'last_batch') };
      const unfinished = numberOf(detail, 'unfinished');
      if (unfinished === 0) return t('cli.progress.recordsLost', last);
      return t('cli.progress.recordsLostMidway', { ...last, count: unfinished });
    }
    case 'notice':
      return sayNoticeRow(at, detail, t);
    case 'resume_given_up':
      return t('log.gaveUp', { attempts: count('attempts') });
    case 'schedule_ran':
      return t('log.scheduleRan', planned(detail, t));
    case 'schedule_skipped':
      return t('log.scheduleSkipped', planned(detail, t));
    default:
      return null;
  }
}

function sayOfTable(row: LogRow, name: string, t: Translate, labelOf?: LabelOf): string | null {
  const { event, detail } = row;
  const table = nameOf(row, name, t, labelOf);
  const count = (name: string): string => formatCount(numberOf(detail, name), t.language);
  switch (event) {
    case 'table_started':
      return t('log.tableStarted', { table });
    case 'table_restarted':
      return t('log.tableRestarted', { table });
    case 'table_resumed':
      return t('log.tableContinues', { table });
    case 'table_goes_on':
      return t('cli.progress.tableResumed', { table, row: count('at_row') });
    case 'strategy_chosen':
      return sayStrategy(table, detail, t);
    case 'table_retrying':
      return t('cli.progress.tableRetrying', {
        table,
        delay: formatDuration(numberOf(detail, 'delay_ms') / 1000, t.language),
        attempt: numberOf(detail, 'attempt'),
        sentence: sentenceOf(row, t, labelOf),
      });
    case 'table_completed':
      return t('log.tableCompleted', {
        table,
        processed: count('processed'),
        skipped: count('skipped'),
        deleted: count('deleted'),
      });
    case 'table_failed':
      return t('cli.progress.tableFailed', { table, sentence: sentenceOf(row, t, labelOf) });
    case 'table_skipped': {
      const reason = becauseOf(detail, t);
      return reason === null ? t('log.tableSkipped', { table }) : t('log.tableSkippedFor', { table, reason });
    }
    case 'notice':
      return sayNoticeRow(table, detail, t);
    case 'deletes_off':
      return t('cli.progress.deletesOff', { table });
    case 'deletes_held':
      return t('log.deletesHeld', { table });
    case 'waits_for_comparison':
      return t('log.waitsForComparison', { table, tables: textOf(detail, 'tables') });
    case 'table_again_committed':
      return t('log.againCommitted', { table, processed: count('processed'), deleted: count('deleted') });
    case 'table_brought_again':
      return t('log.broughtAgain', { table, for: textOf(detail, 'for') });
    default:
      return null;
  }
}

function sayNoticeRow(about: string, { code, ...params }: Detail, t: Translate): string | null {
  const known = Object.values(NoticeCode).find((one) => one === code);
  return known === undefined ? null : sayNotice(about, { code: known, params: simple(params) }, t);
}

/** `c_invoice (Lampung)` where there are labels, else `pgsql_lmp/c_invoice`. */
function nameOf({ connection }: LogRow, table: string, t: Translate, labelOf?: LabelOf): string {
  if (connection === null) return table;
  if (labelOf === undefined) return `${connection}/${table}`;
  const label = labelOf(connection);
  return table === UNKNOWN_TABLES ? t('troubles.allOf', { connection: label }) : `${table} (${label})`;
}

function sayStrategy(table: string, detail: Detail, t: Translate): string | null {
  const strategy = detail.strategy;
  if (!isKey(strategy, en.strategy.name)) return null;
  const reason = becauseOf(detail, t);
  const way = t(`strategy.name.${strategy}`);
  return reason === null
    ? t('log.strategyOnly', { table, strategy: way })
    : t('log.strategyChosen', { table, strategy: way, reason });
}

function becauseOf({ reason }: Detail, t: Translate): string | null {
  return isKey(reason, en.log.because) ? t(`log.because.${reason}`) : null;
}

function reasonOf({ reason }: Detail, t: Translate): string {
  const known = Object.values(InterruptionReason).find((one) => one === reason);
  return known === undefined ? String(reason ?? '?') : t(`words.reason.${known}`);
}

/** Lines have the whole failure, or only its code and message. */
function sentenceOf(
  { detail, connection, table_name }: LogRow,
  t: Translate,
  labelOf: LabelOf = asItIs,
): string {
  const failure = isRecord(detail.failure) ? detail.failure : detail;
  const code = Object.values(FailureCode).find((one) => one === failure.code) ?? FailureCode.Internal;
  const names = { connection: connection ?? '', table: table_name ?? '' };
  const params = { ...names, ...(isRecord(failure.params) ? simple(failure.params) : {}) };
  return t.failure({ code, params: { ...params, connection: labelOf(String(params.connection)) } }).sentence;
}

function asItIs(connection: string): string {
  return connection;
}

function sayAsItIs({ event, detail, connection, table_name }: LogRow, t: Translate): string {
  const facts = Object.entries(detail).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const about = [connection, table_name].filter((part) => part !== null).join('/');
  return t('log.other', { event, detail: [about, ...facts].filter((part) => part !== '').join(' ') }).trim();
}

function planned(detail: Detail, t: Translate): { readonly schedule: string; readonly at: string } {
  const due = textOf(detail, 'due_at');
  const at = Number.isNaN(Date.parse(due)) ? due : formatDateTime(due, t.language);
  return { schedule: textOf(detail, 'schedule'), at };
}

function numberOf(detail: Detail, name: string): number {
  const value = detail[name];
  return typeof value === 'number' ? value : 0;
}

function textOf(detail: Detail, name: string): string {
  const value = detail[name];
  return typeof value === 'string' ? value : '?';
}

function simple(record: Readonly<Record<string, unknown>>): Record<string, string | number> {
  const isSimple = (entry: [string, unknown]): entry is [string, string | number] =>
    typeof entry[1] === 'string' || typeof entry[1] === 'number';
  return Object.fromEntries(Object.entries(record).filter(isSimple));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isKey<T extends object>(value: unknown, of: T): value is keyof T & string {
  return typeof value === 'string' && Object.hasOwn(of, value);
}

/**
 * A notice as a sentence.
 *
 * @param about the table, or the connection, as people know it
 */
export function sayNotice(about: string, { code, params }: Notice, t: Translate): string {
  const texts = Object.entries(params).map(([name, value]) => [
    name,
    typeof value === 'number' ? formatCount(value, t.language) : value,
  ]);
  const duration = typeof params.seconds === 'number' ? formatDuration(params.seconds, t.language) : '';
  return t(`notices.${code}`, { about, ...Object.fromEntries(texts), duration });
}
