import type { EngineEvent, LogRow, TableOutcome } from '../../shared/contract.ts';
import { formatCount, formatDateTime, formatDuration } from '../../shared/format.ts';
import { assertNever, TableStatus } from '../../shared/status.ts';
import { sayLogRow, sayNotice } from '../../shared/texts/logLine.ts';
import { renderColumns } from './columns.ts';
import type { Look } from './marks.ts';
import { renderVerified } from './verifyView.ts';

/** One plain line for an event, or null for one that is only progress. */
export function renderEvent(event: EngineEvent, look: Look): string | null {
  const { t, colors } = look;
  const count = (value: number) => formatCount(value, t.language);
  switch (event.type) {
    case 'batch_started':
      return t('cli.progress.started', {
        batch: event.batch.batch_id,
        tables: count(event.batch.total_tables),
        count: event.batch.total_tables,
      });
    case 'batch_resumed': {
      const done = event.batch.completed_tables + event.batch.skipped_tables;
      return t('cli.progress.resumed', {
        batch: event.batch.batch_id,
        left: count(event.only?.length ?? event.batch.total_tables - done),
        tables: count(event.batch.total_tables),
      });
    }
    case 'batch_ended':
      return t('cli.progress.ended', {
        batch: event.batch.batch_id,
        status: t(`words.batch.${event.batch.status}`),
        duration: formatDuration(event.batch.duration_seconds ?? 0, t.language),
      });
    case 'table_started': {
      const facts = { table: nameOf(event), strategy: event.strategy };
      return event.estimatedRows === null
        ? t('cli.progress.tableStartedUnknown', facts)
        : t('cli.progress.tableStarted', { ...facts, rows: count(event.estimatedRows) });
    }
    case 'table_resumed':
      return colors.green(t('cli.progress.tableResumed', { table: nameOf(event), row: count(event.atRow) }));
    case 'table_progress':
      return null;
    case 'table_retrying':
      return colors.yellow(
        t('cli.progress.tableRetrying', {
          table: nameOf(event),
          delay: formatDuration(event.delayMs / 1000, t.language),
          attempt: event.attempt,
          sentence: t.failure({
            code: event.failure.code,
            params: { connection: event.connection, table: event.table, ...event.failure.params },
          }).sentence,
        }),
      );
    case 'table_ended':
      return renderOutcome(event.outcome, look);
    case 'circuit_opened':
      return colors.red(
        t('cli.progress.circuit', {
          connection: event.connection,
          sentence: t.failure({
            code: event.failure.code,
            params: { connection: event.connection, ...event.failure.params },
          }).sentence,
        }),
      );
    case 'history_hidden':
      return colors.yellow(t('cli.progress.historyHidden', { connection: event.connection, sql: event.sql }));
    case 'ghosts_ended':
      return t('cli.progress.ghosts', { connection: event.connection, count: event.count });
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
    case 'verify_progress':
      return null;
    case 'verify_ended':
      return renderVerified(event.row, look);
    default:
      return assertNever(event);
  }
}

function renderOutcome(outcome: TableOutcome, { t, colors }: Look): string {
  if (outcome.status === TableStatus.Failed) {
    const sentence = outcome.failure
      ? t.failure({
          code: outcome.failure.code,
          params: { connection: outcome.connection, table: outcome.table, ...outcome.failure.params },
        }).sentence
      : '';
    return colors.red(t('cli.progress.tableFailed', { table: nameOf(outcome), sentence }));
  }
  return t('cli.progress.tableEnded', {
    table: nameOf(outcome),
    status: t(`words.table.${outcome.status}`),
    processed: formatCount(outcome.processed, t.language),
    skipped: formatCount(outcome.skipped, t.language),
    duration: formatDuration(outcome.durationSeconds, t.language),
  });
}

function nameOf(ref: { readonly connection: string; readonly table: string }): string {
  return `${ref.connection}/${ref.table}`;
}

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
