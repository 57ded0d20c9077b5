import { ALL_TABLES, type LogRow } from '../contract.ts';
import { FailureCode } from '../errors.ts';
import { ExportEnd } from '../exportRecord.ts';
import { formatCount, formatDateTime, formatDuration } from '../format.ts';
import { type Notice, NoticeCode } from '../notices.ts';
import { BatchStatus, InterruptionReason } from '../status.ts';
import { en } from './en/index.ts';
import { hookReasonIn, sayHookEnd } from './hookText.ts';
import { sayRequestRow } from './requestText.ts';
import type { Translate } from './translate.ts';

type Detail = LogRow['detail'];
type LabelOf = (connection: string) => string;

/**
 * A line of the event log in words. A line without words in this version (from a newer or an older one) is
 * shown as in the journal, because a log must not hide lines.
 *
 * @param labelOf a connection's display name; without it lines show its id, as commands do
 */
export function sayLogRow(row: LogRow, t: Translate, labelOf?: LabelOf): string {
  return (
    (row.table_name === null ? sayOfBatch(row, t, labelOf) : null) ??
    sayOfTable(row, t, labelOf) ??
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
    case 'waiting_for_central': {
      const about = row.table_name === null ? at : `${at}/${row.table_name}`;
      const wait = { about, seconds: numberOf(detail, 'seconds'), over: detail.over === true };
      return sayCentralWait({ ...wait, sentence: sentenceOf(row, t, labelOf) }, t);
    }
    case 'history_hidden':
      return t('cli.progress.historyHidden', { connection: at, sql: textOf(detail, 'sql') });
    case 'stale_backends_ended':
    // Earlier versions wrote this name.
    case 'ghosts_ended':
      return t('cli.progress.staleBackends', { connection: at, count: numberOf(detail, 'count') });
    case 'records_lost': {
      const last = { connection: at, batch: textOf(detail, 'last_batch') };
      const unfinished = numberOf(detail, 'unfinished');
      if (unfinished === 0) return t('cli.progress.recordsLost', last);
      return t('cli.progress.recordsLostMidway', { ...last, count: unfinished });
    }
    case 'notice':
      return sayNoticeRow(at, detail, t);
    case 'export_started':
      return t('log.exportStarted', { connection: at, file: textOf(detail, 'file') });
    case 'export_ended': {
      const end = textOf(detail, 'end');
      const how = end === ExportEnd.Complete || end === ExportEnd.Stopped ? end : ExportEnd.Failed;
      const facts = { connection: at, file: textOf(detail, 'file'), rows: count('rows') };
      return t(`log.exportEnded.${how}`, facts);
    }
    case 'hook_started':
      return t('log.hookStarted', { hook: textOf(detail, 'hook') });
    case 'hook_ended': {
      const reason = hookReasonIn(row);
      return reason === null ? null : sayHookEnd(textOf(detail, 'hook'), reason, t);
    }
    case 'request_accepted':
    case 'request_begun':
    case 'request_done':
    case 'request_failed':
    case 'request_refused':
      return sayRequestRow(event, detail, t);
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

function sayOfTable(row: LogRow, t: Translate, labelOf?: LabelOf): string | null {
  const { event, detail } = row;
  if (row.table_name === null && row.connection === null) return null;
  const table = nameOf(row, t, labelOf);
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

/**
 * `c_invoice (Lampung)` with display names, else `pgsql_lmp/c_invoice`. A line without a table is about all
 * of them.
 */
function nameOf({ connection, table_name: table }: LogRow, t: Translate, labelOf?: LabelOf): string {
  if (connection === null) return table ?? '';
  if (labelOf === undefined) return `${connection}/${table ?? ALL_TABLES}`;
  const label = labelOf(connection);
  return table === null ? t('troubles.allOf', { connection: label }) : `${table} (${label})`;
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

/** Why a strategy was chosen; null for an unknown reason. */
export function becauseOf({ reason }: Detail, t: Translate): string | null {
  return isKey(reason, en.log.because) ? t(`log.because.${reason}`) : null;
}

function reasonOf({ reason }: Detail, t: Translate): string {
  const known = Object.values(InterruptionReason).find((one) => one === reason);
  return known === undefined ? String(reason ?? '?') : t(`words.reason.${known}`);
}

/** Lines contain the whole failure, or only its code and message. */
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
 * A wait for a busy head office as a sentence.
 *
 * @param wait `sentence`: why head office last refused
 */
export function sayCentralWait(
  wait: {
    readonly about: string;
    readonly seconds: number;
    readonly over: boolean;
    readonly sentence: string;
  },
  t: Translate,
): string {
  const { about, sentence } = wait;
  const duration = formatDuration(wait.seconds, t.language);
  if (wait.over) return t('cli.progress.waitedForCentral', { about, duration });
  // The first line is written when the wait begins, so it has no duration yet.
  if (wait.seconds < 1) return t('cli.progress.waitsForCentral', { about, sentence });
  return t('cli.progress.waitingForCentral', { about, duration, sentence });
}

/**
 * A notice as a sentence.
 *
 * @param about the table's or connection's display name
 */
export function sayNotice(about: string, { code, params }: Notice, t: Translate): string {
  const texts = Object.entries(params).map(([name, value]) => [
    name,
    typeof value === 'number' ? formatCount(value, t.language) : value,
  ]);
  const duration = typeof params.seconds === 'number' ? formatDuration(params.seconds, t.language) : '';
  return t(`notices.${code}`, { about, ...Object.fromEntries(texts), duration });
}
