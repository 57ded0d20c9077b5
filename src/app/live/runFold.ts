import {
  type EngineEvent,
  type TableName,
  type TableProgress,
  type TableRow,
  tableKey,
} from '../../shared/contract.ts';
import { TableStatus } from '../../shared/status.ts';
import type { RunningTable, RunView } from '../../window-api/views.ts';

/** A table of the batch. Counts are of all attempts so far. */
export interface Part {
  readonly connection: string;
  readonly table: string;
  readonly estimatedRows: number | null;
  /** Inserted, updated or found the same. */
  readonly rows: number;
  readonly bytes: number;
  readonly state: 'waiting' | 'running' | 'ended' | 'failed';
  readonly running: RunningTable | null;
  /** Monotonic milliseconds; null where it was not seen to begin. */
  readonly beganAt: number | null;
}

/** A table of which nothing is known counts as much as a small one. */
const LEAST_WEIGHT = 1000;

/** Folds what is told of a batch into where it stands: each event costs the same, however many tables there are. */
export class RunFold {
  readonly batchId: string;
  readonly #parts = new Map<string, Part>();
  readonly #running = new Map<string, RunningTable>();
  #weight = 0;
  #doneWeight = 0;
  #done = 0;
  #failed = 0;
  #rows = 0;
  #bytes = 0;

  private constructor(batchId: string, parts: readonly Part[]) {
    this.batchId = batchId;
    for (const part of parts) this.#set(part);
  }

  /**
   * @param tables as the journal has them when the batch begins: what failed or was cut off before is to be done
   * @param only the tables that are gone on with: others that failed stay failed. Null for all
   */
  static begin(batchId: string, tables: readonly TableRow[], only: readonly TableName[] | null): RunFold {
    const keys = only && new Set(only.map((one) => tableKey(one.connection, one.table)));
    const isAsked = (row: TableRow): boolean => keys?.has(tableKey(row.connection, row.table_name)) ?? true;
    return new RunFold(
      batchId,
      tables.map((row) => (isAsked(row) ? partToDo(row) : partLeft(row))),
    );
  }

  /** A batch in the midst of its run, as the journal alone has it: another process runs it. */
  static seen(batchId: string, tables: readonly TableRow[], now: Date, monotonic: number): RunFold {
    return new RunFold(
      batchId,
      tables.map((row) => partSeen(row, now, monotonic)),
    );
  }

  /** The tables in the order of the plan. */
  get parts(): Iterable<Part> {
    return this.#parts.values();
  }

  /**
   * @param now monotonic milliseconds
   * @returns the table of the batch that has begun or ended with this event, or null
   */
  take(event: EngineEvent, now: number): Part | null {
    switch (event.type) {
      case 'table_started': {
        const part = this.#part(event);
        if (part === undefined) return null;
        const estimatedRows = event.estimatedRows ?? part.estimatedRows;
        const running = beginning({ ...part, estimatedRows });
        this.#set({ ...part, estimatedRows, state: 'running', running, beganAt: now });
        return part;
      }
      case 'table_progress': {
        const part = this.#part(event);
        if (part === undefined || part.state !== 'running') return null;
        const rows = event.processed + event.skipped;
        this.#set({ ...part, rows, bytes: event.bytes, running: runningOf(event) });
        return null;
      }
      case 'table_ended': {
        const part = this.#part(event);
        if (part === undefined) return null;
        const { processed, skipped, bytes, status } = event.outcome;
        const state = status === TableStatus.Failed ? 'failed' : 'ended';
        this.#set({ ...part, rows: processed + skipped, bytes, state, running: null });
        return part;
      }
      default:
        return null;
    }
  }

  get running(): readonly RunningTable[] {
    return [...this.#running.values()];
  }

  /** Of all tables together; null where nothing is known. */
  get rowsPerSecond(): number | null {
    return sumOfKnown(this.running.map((one) => one.rowsPerSecond));
  }

  /** @param etaSeconds what is left, as whoever knows the past says */
  view(etaSeconds: number | null): RunView {
    const tables = this.running;
    return {
      batchId: this.batchId,
      doneTables: this.#done,
      failedTables: this.#failed,
      totalTables: this.#parts.size,
      fraction: this.#weight === 0 ? 0 : this.#doneWeight / this.#weight,
      rows: this.#rows,
      bytes: this.#bytes,
      rowsPerSecond: this.rowsPerSecond,
      bytesPerSecond: sumOfKnown(tables.map((one) => one.bytesPerSecond)),
      etaSeconds,
      tables,
    };
  }

  #part({ connection, table }: { readonly connection: string; readonly table: string }): Part | undefined {
    return this.#parts.get(tableKey(connection, table));
  }

  #set(part: Part): void {
    const key = tableKey(part.connection, part.table);
    const before = this.#parts.get(key);
    if (before !== undefined) this.#count(before, -1);
    this.#parts.set(key, part);
    this.#count(part, 1);
    if (part.running === null) this.#running.delete(key);
    else this.#running.set(key, part.running);
  }

  #count(part: Part, sign: 1 | -1): void {
    const weight = Math.max(LEAST_WEIGHT, part.estimatedRows ?? 0);
    const over = part.state === 'ended' || part.state === 'failed';
    this.#weight += sign * weight;
    this.#doneWeight += sign * (over ? weight : Math.min(part.rows, weight));
    this.#done += part.state === 'ended' ? sign : 0;
    this.#failed += part.state === 'failed' ? sign : 0;
    this.#rows += sign * part.rows;
    this.#bytes += sign * part.bytes;
  }
}

function partToDo(row: TableRow): Part {
  const over = row.status === TableStatus.Completed || row.status === TableStatus.Skipped;
  return {
    connection: row.connection,
    table: row.table_name,
    estimatedRows: row.estimated_rows,
    rows: row.records_processed + row.records_skipped,
    bytes: row.bytes,
    state: over ? 'ended' : 'waiting',
    running: null,
    beganAt: null,
  };
}

/** A table that this run does not touch. */
function partLeft(row: TableRow): Part {
  const part = partToDo(row);
  return row.status === TableStatus.Failed ? { ...part, state: 'failed' } : part;
}

function partSeen(row: TableRow, now: Date, monotonic: number): Part {
  const part = partLeft(row);
  if (row.status !== TableStatus.InProgress) return part;
  const passed = row.started_at === null ? null : now.getTime() - Date.parse(row.started_at);
  // The working time up to the last chunk, over all attempts.
  const seconds = row.duration_seconds ?? 0;
  const speedOf = (count: number): number | null => (seconds > 0 ? count / seconds : null);
  const speed = speedOf(part.rows);
  const left = row.estimated_rows === null ? null : Math.max(0, row.estimated_rows - part.rows);
  return {
    ...part,
    state: 'running',
    running: {
      ...beginning(part),
      processed: row.records_processed,
      skipped: row.records_skipped,
      deleted: row.records_deleted,
      rowsPerSecond: speed,
      bytesPerSecond: speedOf(row.bytes),
      etaSeconds: left === null || speed === null || speed <= 0 ? null : left / speed,
    },
    beganAt: passed === null ? null : monotonic - Math.max(0, passed),
  };
}

function beginning({ connection, table, estimatedRows, rows, bytes }: Part): RunningTable {
  return {
    connection,
    table,
    processed: 0,
    skipped: rows,
    deleted: 0,
    bytes,
    estimatedRows,
    rowsPerSecond: null,
    bytesPerSecond: null,
    etaSeconds: null,
  };
}

function runningOf(progress: TableProgress): RunningTable {
  const { connection, table, processed, skipped, deleted, bytes, estimatedRows } = progress;
  const { rowsPerSecond, bytesPerSecond, etaSeconds } = progress;
  return {
    connection,
    table,
    processed,
    skipped,
    deleted,
    bytes,
    estimatedRows,
    rowsPerSecond,
    bytesPerSecond,
    etaSeconds,
  };
}

function sumOfKnown(values: readonly (number | null)[]): number | null {
  const known = values.filter((one) => one !== null);
  return known.length === 0 ? null : known.reduce((sum, one) => sum + one, 0);
}
