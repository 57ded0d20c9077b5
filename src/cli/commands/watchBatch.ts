import { setTimeout as delay } from 'node:timers/promises';
import { formatBytes, formatCount, formatDuration } from '../../shared/format.ts';
import { BatchStatus, TableStatus } from '../../shared/status.ts';
import type { CliContext } from '../context.ts';
import type { Board, RunningTable } from '../progress/board.ts';
import { LiveDisplay } from '../progress/liveDisplay.ts';
import type { BatchWithTables } from '../render/batchView.ts';
import { renderBoard } from '../render/boardView.ts';
import { truncate } from '../render/columns.ts';
import type { Look } from '../render/marks.ts';
import { listenForStop } from '../stopSignals.ts';

/** The journal is read, not the runner: a second is fresh enough, and costs nothing. */
const EVERY_MS = 1000;

/** The lease is free for an instant between a batch's last row and the next look; twice is the end. */
const UNHELD_LOOKS = 2;

/**
 * Shows a batch that another process runs, until it ends or its runner is gone. What is left on the
 * screen is nothing: the caller shows how it ended.
 */
export async function watchBatch(batchId: string | undefined, context: CliContext): Promise<void> {
  await using engine = await context.openEngine();
  const watched = batchId ?? engine.latestBatch()?.batch.batch_id;
  if (watched === undefined) return;
  using signals = listenForStop(process, () => undefined);
  const show = openView(context);
  let unheld = 0;
  while (!signals.stop.aborted) {
    const now = engine.batch(watched);
    unheld = engine.holder() === null ? unheld + 1 : 0;
    if (now.batch.status !== BatchStatus.Running || unheld >= UNHELD_LOOKS) break;
    show.draw(now);
    await pause(signals.stop);
  }
  show.end();
}

interface View {
  draw(now: BatchWithTables): void;
  end(): void;
}

function openView(context: CliContext): View {
  if (context.live) return liveView(context);
  let last = '';
  return {
    draw: (now) => {
      const line = context.json ? JSON.stringify(now) : renderWatchedLine(now, context.look);
      if (line === last) return;
      last = line;
      if (context.json) context.world.stderr.write(`${line}\n`);
      else context.print([line]);
    },
    end: () => undefined,
  };
}

function liveView(context: CliContext): View {
  let current: BatchWithTables | null = null;
  const display = new LiveDisplay(context.world.stdout, () =>
    current === null
      ? []
      : renderWatched(current, context.look, new Date()).map((line) => context.printable(line)),
  );
  return {
    draw: (now) => {
      current = now;
      display.update();
    },
    end: () => display.stop(),
  };
}

async function pause(signal: AbortSignal): Promise<void> {
  await delay(EVERY_MS, undefined, { signal }).catch(() => undefined);
}

/** A batch that another process runs, from what the journal says of it. */
export function renderWatched(watched: BatchWithTables, look: Look, now: Date): string[] {
  const { batch } = watched;
  const seconds = Math.max(0, (now.getTime() - Date.parse(batch.started_at)) / 1000);
  const head = `${batch.batch_id}  ${look.t(`words.batch.${batch.status}`)}  ${formatDuration(seconds, look.t.language)}`;
  return [look.colors.bold(truncate(head, look.width)), ...renderBoard(boardOf(watched), look)];
}

/** One line for a pipe; it changes only when something has. */
function renderWatchedLine(watched: BatchWithTables, { t }: Look): string {
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
