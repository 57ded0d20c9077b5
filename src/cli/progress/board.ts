import type {
  BatchRow,
  EngineEvent,
  TableName,
  TableProgress,
  TableRef,
  TableRow,
} from '../../shared/contract.ts';
import { TableStatus } from '../../shared/status.ts';

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
