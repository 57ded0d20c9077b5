import type { EngineEvent, TableRow } from './contract.ts';
import { TableStatus } from './status.ts';

/** How far a running batch is. */
export interface RunProgress {
  readonly doneTables: number;
  readonly totalTables: number;
  /** From 0 to 1, by rows where they are estimated: ten small tables are not ten times one large. */
  readonly fraction: number;
}

interface Part {
  readonly weight: number;
  done: number;
  ended: boolean;
}

/** A table of which nothing is known counts as much as a small one. */
const LEAST_WEIGHT = 1000;

/** Folds the engine's events into one number. */
export class BatchProgress {
  readonly #parts: Map<string, Part>;

  /** @param tables of the batch, as the journal has them at its start */
  constructor(tables: readonly TableRow[]) {
    this.#parts = new Map(
      tables.map((row) => [keyOf(row.connection, row.table_name), partOf(row.estimated_rows, row.status)]),
    );
  }

  take(event: EngineEvent): void {
    if (event.type !== 'table_progress' && event.type !== 'table_ended') return;
    const part = this.#parts.get(keyOf(event.connection, event.table));
    if (part === undefined) return;
    if (event.type === 'table_ended') part.ended = true;
    else part.done = event.processed + event.skipped;
  }

  read(): RunProgress {
    const parts = [...this.#parts.values()];
    const whole = parts.reduce((sum, one) => sum + one.weight, 0);
    const done = parts.reduce(
      (sum, one) => sum + (one.ended ? one.weight : Math.min(one.done, one.weight)),
      0,
    );
    return {
      doneTables: parts.filter((one) => one.ended).length,
      totalTables: parts.length,
      fraction: whole === 0 ? 0 : done / whole,
    };
  }
}

function partOf(estimatedRows: number | null, status: TableStatus): Part {
  const ended = status === TableStatus.Completed || status === TableStatus.Skipped;
  return { weight: Math.max(LEAST_WEIGHT, estimatedRows ?? 0), done: 0, ended };
}

function keyOf(connection: string, table: string): string {
  return `${connection}\n${table}`;
}
