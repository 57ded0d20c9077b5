import {
  type EngineEvent,
  type RunningTable,
  type RunView,
  type TableName,
  type TableProgress,
  type TableRef,
  type TableRow,
  tableKey,
} from '../../shared/contract.ts';
import type { ExportTable } from '../../shared/exportRecord.ts';
import { TableStatus } from '../../shared/status.ts';
import type { CentralWaiting } from '../journal/queries.ts';

/** A table of the run. Counts are over all attempts so far. */
export interface Part {
  readonly connection: string;
  readonly table: string;
  readonly estimatedRows: number | null;
  /** Rows read at the branch. */
  readonly rows: number;
  /** Those of them that were inserted or updated at head office. */
  readonly written: number;
  readonly bytes: number;
  readonly state: 'waiting' | 'running' | 'ended' | 'failed';
  readonly running: RunningTable | null;
  /** Monotonic milliseconds; null if its start was not seen. */
  readonly beganAt: number | null;
}

/** Seconds until a run ends, and of each running table by `tableKey`; null where it cannot be told. */
export interface TimeLeft {
  readonly total: number | null;
  readonly tables: ReadonlyMap<string, number | null>;
}

const NOT_TOLD: TimeLeft = { total: null, tables: new Map() };

/** A table's weight in the progress is its estimated number of rows, but at least this. Tables of unknown size get this. */
const LEAST_WEIGHT = 1000;

/** Folds the events of a run into its progress. Each event costs the same, however many tables there are. */
export class RunFold {
  readonly batchId: string;
  readonly #parts = new Map<string, Part>();
  readonly #running = new Map<string, RunningTable>();
  #weight = 0;
  #doneWeight = 0;
  #done = 0;
  #failed = 0;
  #rows = 0;
  #written = 0;
  #bytes = 0;
  /** Waits for head office: since when, in monotonic milliseconds. A connection's own has no table. */
  readonly #waits = new Map<string, number>();

  private constructor(batchId: string, parts: readonly Part[]) {
    this.batchId = batchId;
    for (const part of parts) this.#set(part);
  }

  /**
   * @param tables as the journal has them when the batch begins or is resumed
   * @param only the tables to resume; others that failed stay failed. Null for all
   */
  static begin(batchId: string, tables: readonly TableRow[], only: readonly TableName[] | null): RunFold {
    const keys = only && new Set(only.map((one) => tableKey(one.connection, one.table)));
    const isAsked = (row: TableRow): boolean => keys?.has(tableKey(row.connection, row.table_name)) ?? true;
    return new RunFold(
      batchId,
      tables.map((row) => (isAsked(row) ? partToDo(row) : partLeft(row))),
    );
  }

  /** A batch that another process runs, as the journal has it now. */
  static seen(
    batchId: string,
    tables: readonly TableRow[],
    waits: readonly CentralWaiting[],
    now: Date,
    monotonic: number,
  ): RunFold {
    const parts = tables.map((row) => partSeen(row, now, monotonic));
    const fold = new RunFold(batchId, parts);
    for (const { connection, table, since } of waits)
      fold.#waits.set(waitKey(connection, table), monotonic - (now.getTime() - since.getTime()));
    return fold;
  }

  /** An export, some of whose tables may be in the file already. */
  static ofExport(connection: string, tables: readonly ExportTable[]): RunFold {
    return new RunFold(
      '',
      tables.map(({ table, estimatedRows, rows, done }) => ({
        ...{ connection, table, estimatedRows, rows, written: 0, bytes: 0 },
        ...{ state: done ? ('ended' as const) : ('waiting' as const), running: null, beganAt: null },
      })),
    );
  }

  /** The tables in planned order. */
  get parts(): Iterable<Part> {
    return this.#parts.values();
  }

  /**
   * @param now monotonic milliseconds
   * @returns the table that started or ended with this event, or null
   */
  take(event: EngineEvent, now: number): Part | null {
    switch (event.type) {
      case 'table_started': {
        const part = this.#part(event) ?? newPart(event);
        const estimatedRows = event.estimatedRows ?? part.estimatedRows;
        const running = beginning({ ...part, estimatedRows });
        this.#set({ ...part, estimatedRows, state: 'running', running, beganAt: now });
        return part;
      }
      case 'table_progress': {
        const part = this.#part(event);
        if (part === undefined || part.state !== 'running') return null;
        const rows = event.processed + event.skipped;
        this.#set({ ...part, rows, written: event.processed, bytes: event.bytes, running: runningOf(event) });
        return null;
      }
      case 'table_ended': {
        const part = this.#part(event);
        if (part === undefined) return null;
        const { processed, skipped, bytes, status } = event.outcome;
        const state = status === TableStatus.Failed ? 'failed' : 'ended';
        this.#set({ ...part, rows: processed + skipped, written: processed, bytes, state, running: null });
        return part;
      }
      case 'waiting_for_central': {
        const key = waitKey(event.connection, event.table);
        if (event.over) this.#waits.delete(key);
        else this.#waits.set(key, now - event.seconds * 1000);
        return null;
      }
      default:
        return null;
    }
  }

  /** Since when all of the run's work has been waiting for head office; null while any of it goes on. */
  get #waitingSince(): number | null {
    const isAtWork = [...this.#running.keys()].some((key) => !this.#waits.has(key));
    return isAtWork || this.#waits.size === 0 ? null : Math.min(...this.#waits.values());
  }

  get running(): readonly RunningTable[] {
    return [...this.#running.values()];
  }

  /** Sum over all tables; null if unknown. */
  get rowsPerSecond(): number | null {
    return sumOfKnown(this.running.map((one) => one.rowsPerSecond));
  }

  /**
   * @param now monotonic milliseconds
   * @param left by default unknown
   */
  view(now: number, left: TimeLeft = NOT_TOLD): RunView {
    const tables = this.running.map((one): RunningTable => {
      const key = tableKey(one.connection, one.table);
      const beganAt = this.#parts.get(key)?.beganAt ?? null;
      return {
        ...one,
        etaSeconds: left.tables.get(key) ?? null,
        elapsedSeconds: beganAt === null ? null : Math.max(0, now - beganAt) / 1000,
      };
    });
    const since = this.#waitingSince;
    return {
      batchId: this.batchId,
      doneTables: this.#done,
      failedTables: this.#failed,
      totalTables: this.#parts.size,
      fraction: this.#weight === 0 ? 0 : this.#doneWeight / this.#weight,
      checked: this.#rows,
      bytes: this.#bytes,
      written: this.#written,
      rowsPerSecond: this.rowsPerSecond,
      bytesPerSecond: sumOfKnown(tables.map((one) => one.bytesPerSecond)),
      etaSeconds: left.total,
      waitingSeconds: since === null ? null : Math.max(0, now - since) / 1000,
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
    this.#written += sign * part.written;
    this.#bytes += sign * part.bytes;
  }
}

function waitKey(connection: string, table: string | null): string {
  return tableKey(connection, table ?? '');
}

function partToDo(row: TableRow): Part {
  const over = row.status === TableStatus.Completed || row.status === TableStatus.Skipped;
  return {
    connection: row.connection,
    table: row.table_name,
    estimatedRows: row.estimated_rows,
    rows: row.records_processed + row.records_skipped,
    written: row.records_processed,
    bytes: row.bytes,
    state: over ? 'ended' : 'waiting',
    running: null,
    beganAt: null,
  };
}

/** A table that runs without a batch. */
function newPart({ connection, table }: TableRef): Part {
  const counts = { estimatedRows: null, rows: 0, written: 0, bytes: 0 };
  return { connection, table, ...counts, state: 'waiting', running: null, beganAt: null };
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
  // Working time up to the last chunk, over all attempts.
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
      etaSeconds: left === null || left === 0 || speed === null || speed <= 0 ? null : left / speed,
    },
    beganAt: passed === null ? null : monotonic - Math.max(0, passed),
  };
}

function beginning({ connection, table, estimatedRows, rows, written, bytes }: Part): RunningTable {
  return {
    connection,
    table,
    processed: written,
    skipped: rows - written,
    deleted: 0,
    bytes,
    estimatedRows,
    rowsPerSecond: null,
    bytesPerSecond: null,
    etaSeconds: null,
    elapsedSeconds: null,
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
    elapsedSeconds: null,
  };
}

function sumOfKnown(values: readonly (number | null)[]): number | null {
  const known = values.filter((one) => one !== null);
  return known.length === 0 ? null : known.reduce((sum, one) => sum + one, 0);
}
