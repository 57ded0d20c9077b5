import type { EngineEvent, LogRow, TableOutcome } from '../../shared/contract.ts';
import type { FailureDetail } from '../../shared/errors.ts';
import { formatCount, formatDateTime, formatDuration } from '../../shared/format.ts';
import { HookOutcome } from '../../shared/hooks.ts';
import { assertNever, TableStatus } from '../../shared/status.ts';
import { hookOutputLines, sayHookEnd } from '../../shared/texts/hookText.ts';
import { sayCentralWait, sayLogRow, sayNotice } from '../../shared/texts/logLine.ts';
import { renderColumns } from './columns.ts';
import type { Look } from './marks.ts';
import { renderVerified } from './verifyView.ts';

/** One plain line for an event, or null for one that is only progress. */
export function renderEvent(event: EngineEvent, look: Look): string | null {
  const { t, colors } = look;
  const count = (value: number) => formatCount(value, t.language);
  switch (event.type) {
    case 'batch_started':
    case 'batch_resumed':
    case 'batch_ended':
      return renderBatchEvent(event, look);
    case 'table_started': {
      const facts = { table: nameOf(event), strategy: event.strategy };
      return event.estimatedRows === null
        ? t('cli.progress.tableStartedUnknown', facts)
        : t('cli.progress.tableStarted', { ...facts, rows: count(event.estimatedRows) });
    }
    case 'table_resumed':
      return colors.green(t('cli.progress.tableResumed', { table: nameOf(event), row: count(event.atRow) }));
    case 'table_progress':
    case 'export_progress':
    // Printed as the result of the command.
    case 'export_ended':
      return null;
    case 'export_started':
      return t('log.exportStarted', { connection: event.connection, file: event.file });
    case 'table_retrying':
      return colors.yellow(
        t('cli.progress.tableRetrying', {
          table: nameOf(event),
          delay: formatDuration(event.delayMs / 1000, t.language),
          attempt: event.attempt,
          sentence: sentenceOf(event, look),
        }),
      );
    case 'table_ended':
      return renderOutcome(event.outcome, look);
    case 'circuit_opened':
      return colors.red(
        t('cli.progress.circuit', { connection: event.connection, sentence: sentenceOf(event, look) }),
      );
    case 'waiting_for_central':
      return renderWait(event, look);
    case 'history_hidden':
      return colors.yellow(t('cli.progress.historyHidden', { connection: event.connection, sql: event.sql }));
    case 'stale_backends_ended':
      return t('cli.progress.staleBackends', { connection: event.connection, count: event.count });
    case 'records_lost': {
      const { connection, batchId: batch, unfinished } = event;
      return colors.yellow(
        unfinished === 0
          ? t('cli.progress.recordsLost', { connection, batch })
          : t('cli.progress.recordsLostMidway', { connection, batch, count: unfinished }),
      );
    }
    case 'deletes_off':
      return t('cli.progress.deletesOff', { table: nameOf(event) });
    case 'notice': {
      const { connection, table, notice } = event;
      const about = table === null ? connection : `${connection}/${table}`;
      return colors.yellow(sayNotice(about, notice, t));
    }
    case 'hook_started':
      return t('log.hookStarted', { hook: event.hook });
    case 'hook_ended': {
      const { hook, ...reason } = event.end;
      const line = sayHookEnd(hook, reason, t);
      return reason.outcome === HookOutcome.Done ? line : colors.red(line);
    }
    case 'verify_progress':
      return null;
    case 'verify_ended':
      return renderVerified(event.row, look);
    default:
      return assertNever(event);
  }
}

type BatchEvent = Extract<EngineEvent, { readonly type: `batch_${string}` }>;

function renderBatchEvent(event: BatchEvent, { t }: Look): string {
  const { batch } = event;
  const tables = formatCount(batch.total_tables, t.language);
  switch (event.type) {
    case 'batch_started':
      return t('cli.progress.started', { batch: batch.batch_id, tables, count: batch.total_tables });
    case 'batch_resumed': {
      const left = event.only?.length ?? batch.total_tables - batch.completed_tables - batch.skipped_tables;
      return t('cli.progress.resumed', {
        batch: batch.batch_id,
        left: formatCount(left, t.language),
        tables,
      });
    }
    case 'batch_ended':
      return t('cli.progress.ended', {
        batch: batch.batch_id,
        status: t(`words.batch.${batch.status}`),
        duration: formatDuration(batch.duration_seconds ?? 0, t.language),
      });
    default:
      return assertNever(event);
  }
}

function renderWait(
  event: Extract<EngineEvent, { readonly type: 'waiting_for_central' }>,
  look: Look,
): string {
  const { connection, table, failure } = event;
  const about = table === null ? connection : `${connection}/${table}`;
  const named = table === null ? { connection, failure } : { connection, table, failure };
  const line = sayCentralWait({ ...event, about, sentence: sentenceOf(named, look) }, look.t);
  return event.over ? line : look.colors.yellow(line);
}

/** Why it failed, in one sentence; empty if unknown. */
function sentenceOf(
  about: {
    readonly connection: string;
    readonly table?: string;
    readonly failure: FailureDetail | null;
  },
  { t }: Look,
): string {
  const { connection, table, failure } = about;
  if (failure === null) return '';
  const names = table === undefined ? { connection } : { connection, table };
  return t.failure({ code: failure.code, params: { ...names, ...failure.params } }).sentence;
}

function renderOutcome(outcome: TableOutcome, look: Look): string {
  const { t, colors } = look;
  if (outcome.status === TableStatus.Failed) {
    const sentence = sentenceOf(outcome, look);
    return colors.red(t('cli.progress.tableFailed', { table: nameOf(outcome), sentence }));
  }
  return t('cli.progress.tableEnded', {
    table: nameOf(outcome),
    status: t(`words.table.${outcome.status}`),
    processed: formatCount(outcome.processed, t.language),
    checked: formatCount(outcome.processed + outcome.skipped, t.language),
    duration: formatDuration(outcome.durationSeconds, t.language),
  });
}

function nameOf(ref: { readonly connection: string; readonly table: string }): string {
  return `${ref.connection}/${ref.table}`;
}

/** The event log of a batch in words, oldest first. A table's result is never cut on a narrow terminal. */
export function renderEventLog(rows: readonly LogRow[], look: Look): string[] {
  const { t } = look;
  if (rows.length === 0) return [t('cli.status.noEvents')];
  return renderColumns(
    [{ title: t('cli.column.at') }, { title: t('cli.column.event') }],
    rows.flatMap((row) => [
      [{ text: formatDateTime(row.at, t.language), paint: look.colors.dim }, { text: sayLogRow(row, t) }],
      ...hookOutputLines(row).map((line) => [{ text: '' }, { text: line, paint: look.colors.dim }]),
    ]),
    look,
  );
}
