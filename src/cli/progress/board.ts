import type {
  BatchRow,
  EngineEvent,
  TableName,
  TableOutcome,
  TableProgress,
  TableRef,
  TableRow,
} from '../../shared/contract.ts';
import { formatBytes, formatCount, formatDuration, formatPercent, formatRate } from '../../shared/format.ts';
import { TableStatus } from '../../shared/status.ts';
import { visible } from '../../shared/visible.ts';
import { padEnd, padStart, truncate } from '../render/columns.ts';
import type { Look } from '../render/marks.ts';

/** A table that runs now. Counts are what central has committed. */
export interface RunningTable {
  readonly connection: string;
  readonly table: string;
  readonly rows: number;
  readonly bytes: number;
  readonly estimatedRows: number | null;
  readonly rowsPerSecond: number | null;
  readonly etaSeconds: number | null;
}

/** Where a whole run stands: what the live display shows. */
export interface Board {
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  readonly running: readonly RunningTable[];
  /** Over all tables of this run, also those that have ended. */
  readonly rows: number;
  readonly bytes: number;
  /** Rows that are still to come, as far as the estimates say; null where one is not known. */
  readonly rowsLeft: number | null;
  readonly rowsPerSecond: number | null;
}

/** Folds the engine's events into a {@link Board}. */
export class BoardKeeper {
  #total = 0;
  #done = 0;
  #failed = 0;
  #endedRows = 0;
  #endedBytes = 0;
  readonly #running = new Map<string, RunningTable>();
  readonly #estimates = new Map<string, number | null>();

  /**
   * Takes over what a batch knows already: after a resume, what was done before counts as done.
   *
   * @param only the tables that are gone on with: others that failed count as failed. Null for all
   */
  begin(batch: BatchRow, tables: readonly TableRow[], only: readonly TableName[] | null): void {
    this.#total = batch.total_tables;
    this.#done = tables.filter(isDone).length;
    const asked = only && new Set(only.map(keyOf));
    for (const table of tables) {
      if (isDone(table)) continue;
      if (asked !== null && !asked.has(keyOf({ connection: table.connection, table: table.table_name }))) {
        if (table.status === TableStatus.Failed) this.#failed += 1;
        continue;
      }
      this.#estimates.set(
        keyOf({ connection: table.connection, table: table.table_name }),
        table.estimated_rows,
      );
    }
  }

  /** @returns whether the board has changed */
  take(event: EngineEvent): boolean {
    switch (event.type) {
      case 'table_started':
        this.#start(event, event.estimatedRows);
        return true;
      case 'table_progress':
        this.#running.set(keyOf(event), runningTable(event));
        return true;
      case 'table_ended':
        this.#end(
          event,
          event.outcome.status,
          event.outcome.processed + event.outcome.skipped,
          event.outcome.bytes,
        );
        return true;
      default:
        return false;
    }
  }

  board(): Board {
    const running = [...this.#running.values()];
    const rates = running.flatMap((table) => table.rowsPerSecond ?? []);
    return {
      total: this.#total,
      done: this.#done,
      failed: this.#failed,
      running,
      rows: running.reduce((sum, table) => sum + table.rows, this.#endedRows),
      bytes: running.reduce((sum, table) => sum + table.bytes, this.#endedBytes),
      rowsLeft: this.#rowsLeft(),
      rowsPerSecond: rates.length === 0 ? null : rates.reduce((sum, rate) => sum + rate, 0),
    };
  }

  #start(ref: TableRef, estimatedRows: number | null): void {
    this.#estimates.set(keyOf(ref), estimatedRows);
    this.#running.set(keyOf(ref), {
      connection: ref.connection,
      table: ref.table,
      rows: 0,
      bytes: 0,
      estimatedRows,
      rowsPerSecond: null,
      etaSeconds: null,
    });
  }

  #end(ref: TableRef, status: TableStatus, rows: number, bytes: number): void {
    this.#running.delete(keyOf(ref));
    this.#estimates.delete(keyOf(ref));
    this.#endedRows += rows;
    this.#endedBytes += bytes;
    if (status === TableStatus.Completed || status === TableStatus.Skipped) this.#done += 1;
    if (status === TableStatus.Failed) this.#failed += 1;
  }

  #rowsLeft(): number | null {
    let left = 0;
    for (const [key, estimate] of this.#estimates) {
      if (estimate === null) return null;
      left += Math.max(0, estimate - (this.#running.get(key)?.rows ?? 0));
    }
    return left;
  }
}

function isDone(table: TableRow): boolean {
  return table.status === TableStatus.Completed || table.status === TableStatus.Skipped;
}

function runningTable(progress: TableProgress): RunningTable {
  return {
    connection: progress.connection,
    table: progress.table,
    rows: progress.processed + progress.skipped,
    bytes: progress.bytes,
    estimatedRows: progress.estimatedRows,
    rowsPerSecond: progress.rowsPerSecond,
    etaSeconds: progress.etaSeconds,
  };
}

/** Table names may hold any character but NUL. */
function keyOf(ref: Pick<TableRef, 'connection' | 'table'>): string {
  return `${ref.connection}\0${ref.table}`;
}

/** In a batch of more tables, those in which nothing had changed are counted instead of listed. */
const LISTED_TABLES = 20;
/** What took longer is worth a line, also where nothing had changed. */
const LONG_SECONDS = 10;

/** Whether a batch is so large that its unchanged tables are summed up. */
export function sumsUp(tables: number): boolean {
  return tables > LISTED_TABLES;
}

/** Whether a table's run went well, in its first attempt, without moving a row. */
export function isUnchangedRow(row: TableRow): boolean {
  const { status, records_processed, records_deleted, retry_count, duration_seconds } = row;
  return (
    status === TableStatus.Completed &&
    records_processed + records_deleted + retry_count === 0 &&
    (duration_seconds ?? 0) < LONG_SECONDS
  );
}

/** As {@link isUnchangedRow}, of a run that has just ended. */
export function isUnchanged({ status, processed, deleted, durationSeconds }: TableOutcome): boolean {
  return status === TableStatus.Completed && processed + deleted === 0 && durationSeconds < LONG_SECONDS;
}

const BAR = 20;
const NAME = 28;

/** The live lines: one a running table, then the total. Never wider than the terminal. */
export function renderBoard(board: Board, look: Look): string[] {
  const severalConnections = new Set(board.running.map((table) => table.connection)).size > 1;
  return [
    ...board.running.map((table) => renderRunning(table, severalConnections, look)),
    renderTotal(board, look),
  ];
}

function renderRunning(table: RunningTable, withConnection: boolean, look: Look): string {
  const { t, colors } = look;
  const name = visible(withConnection ? `${table.connection}/${table.table}` : table.table);
  const fraction = table.estimatedRows ? Math.min(1, table.rows / table.estimatedRows) : null;
  const facts = [
    t('cli.progress.rowsWord', { rows: formatCount(table.rows, t.language) }),
    formatBytes(table.bytes, t.language),
  ];
  if (table.rowsPerSecond !== null) facts.push(formatRate(table.rowsPerSecond, t.language));
  if (table.etaSeconds !== null) {
    facts.push(t('cli.progress.left', { time: formatDuration(table.etaSeconds, t.language) }));
  }
  const percent = padStart(fraction === null ? '' : formatPercent(fraction, t.language), 4);
  // Bars take the room that a narrow terminal does not have.
  const showBar = look.width >= NAME + BAR + 40;
  const room = Math.min(NAME, look.width - 1);
  const head = `${padEnd(truncate(name, room), room)} `;
  const bar = showBar ? `${renderBar(fraction, look)} ` : '';
  const left = look.width - room - 1 - (showBar ? BAR + 1 : 0);
  return `${head}${colors.cyan(bar)}${truncate(`${percent}  ${facts.join('  ')}`, left)}`;
}

function renderTotal(board: Board, look: Look): string {
  const { t, colors } = look;
  const facts = [
    t('cli.progress.total', {
      done: formatCount(board.done, t.language),
      total: formatCount(board.total, t.language),
    }),
    t('cli.progress.rowsWord', { rows: formatCount(board.rows, t.language) }),
    formatBytes(board.bytes, t.language),
  ];
  if (board.failed > 0) {
    facts.splice(1, 0, `${formatCount(board.failed, t.language)} ${t('words.table.failed')}`);
  }
  if (board.rowsPerSecond !== null) facts.push(formatRate(board.rowsPerSecond, t.language));
  if (board.rowsPerSecond !== null && board.rowsPerSecond > 0 && board.rowsLeft !== null) {
    const seconds = board.rowsLeft / board.rowsPerSecond;
    facts.push(t('cli.progress.left', { time: formatDuration(seconds, t.language) }));
  }
  return colors.bold(truncate(facts.join('  '), look.width));
}

/** Without an estimate the bar stays empty: a bar that guesses lies. */
function renderBar(fraction: number | null, look: Look): string {
  const full = Math.floor((fraction ?? 0) * BAR);
  const [on, off] = look.unicode ? ['█', '░'] : ['#', '.'];
  return on.repeat(full) + off.repeat(BAR - full);
}
