import { formatBytes, formatCount, formatDuration } from '../../shared/format.ts';
import { TableStatus } from '../../shared/status.ts';
import type { Board, RunningTable } from '../progress/board.ts';
import type { BatchWithTables } from './batchView.ts';
import { renderBoard } from './boardView.ts';
import type { Look } from './look.ts';
import { truncate } from './padding.ts';

/** A batch that another process runs, from what the journal says of it. */
export function renderWatched(watched: BatchWithTables, look: Look, now: Date): string[] {
  const { batch } = watched;
  const seconds = Math.max(0, (now.getTime() - Date.parse(batch.started_at)) / 1000);
  const head = `${batch.batch_id}  ${look.t(`words.batch.${batch.status}`)}  ${formatDuration(seconds, look.t.language)}`;
  return [look.colors.bold(truncate(head, look.width)), ...renderBoard(boardOf(watched), look)];
}

/** One line for a pipe; it changes only when something has. */
export function renderWatchedLine(watched: BatchWithTables, { t }: Look): string {
  const board = boardOf(watched);
  const done = formatCount(board.done, t.language);
  return [
    watched.batch.batch_id,
    t('cli.progress.total', { done, total: formatCount(board.total, t.language) }),
    t('cli.progress.rowsWord', { rows: formatCount(board.rows, t.language) }),
    formatBytes(board.bytes, t.language),
  ].join('  ');
}

/** The journal has counts but no rates, so none are shown. */
function boardOf({ batch, tables }: BatchWithTables): Board {
  const running = tables.filter((table) => table.status === TableStatus.InProgress);
  const rowsOf = (table: (typeof tables)[number]) => table.records_processed + table.records_skipped;
  return {
    total: batch.total_tables,
    done: tables.filter((one) => one.status === TableStatus.Completed || one.status === TableStatus.Skipped)
      .length,
    failed: tables.filter((table) => table.status === TableStatus.Failed).length,
    running: running.map(
      (table): RunningTable => ({
        connection: table.connection,
        table: table.table_name,
        rows: rowsOf(table),
        bytes: table.bytes,
        estimatedRows: table.estimated_rows,
        rowsPerSecond: null,
        etaSeconds: null,
      }),
    ),
    rows: tables.reduce((sum, table) => sum + rowsOf(table), 0),
    bytes: tables.reduce((sum, table) => sum + table.bytes, 0),
    rowsLeft: null,
    rowsPerSecond: null,
  };
}
