import type { BatchOptions, BatchRow } from '../../shared/contract.ts';
import { UsageCode, UsageError } from '../../shared/errors.ts';
import {
  BatchStatus,
  type BatchTrigger,
  InterruptionReason,
  type Strategy,
  TableStatus,
} from '../../shared/status.ts';
import type { Clock, Ports, Random } from '../ports.ts';
import { appendEvent, keepTableList, keepTotals, type WorkTime } from './batchTotals.ts';
import type { WritableJournal } from './journal.ts';
import { findHolder, type Lease } from './lease.ts';
import { findBatch, nearestBatchId, runningBatch } from './queries.ts';
import type { SqlParams, WritableStore } from './store.ts';
import { IllegalMove, legalBatchMove } from './transitions.ts';

export interface PlannedTable {
  readonly connection: string;
  readonly table: string;
  readonly model: string;
  readonly estimatedRows: number | null;
  readonly strategy: Strategy | null;
  /** Stands for all tables of the connection: see {@link TableRow.all_tables}. */
  readonly allTables?: true;
}

export interface NewBatch {
  readonly trigger: BatchTrigger;
  readonly options: BatchOptions;
  /** In the order of the plan. Queries return them in this order. */
  readonly tables: readonly PlannedTable[];
}

/** Changes of a batch's status. Each method is one transaction. */
export interface BatchWrites {
  /** @throws UsageError `batch_running` */
  beginBatch(plan: NewBatch): BatchRow;
  /**
   * Makes an interrupted or failed batch run again, under its id.
   *
   * @throws UsageError `batch_unknown`, `batch_running` (this or another one); IllegalMove if completed
   */
  resumeBatch(batchId: string): BatchRow;
  /**
   * Ends a batch whose tables have all ended: `failed` if any of them has, else `completed`.
   *
   * @throws UsageError `batch_unknown`; IllegalMove while a table is pending or in progress
   */
  endBatch(batchId: string): BatchRow;
  /**
   * Records that a running batch stopped before its end, or that an interrupted one is `superseded`. After a
   * `crash` its end is the last sign of life.
   *
   * @throws UsageError `batch_unknown`; IllegalMove
   */
  interruptBatch(batchId: string, reason: InterruptionReason): BatchRow;
  /**
   * Replaces the row of all tables of a connection by its tables, once they are known.
   *
   * @throws UsageError `batch_unknown`
   */
  expandTables(batchId: string, connection: string, tables: readonly PlannedTable[]): void;
}

export function createBatchWrites(
  store: WritableStore,
  { clock, random }: Ports,
  workTime: WorkTime,
): BatchWrites {
  return {
    beginBatch: (plan) =>
      store.write(() => {
        refuseSecond(store);
        const batchId = unusedId();
        const startedAt = clock.now().toISOString();
        insertBatch(store, batchId, startedAt, plan);
        for (const table of plan.tables) insertTable(store, batchId, table);
        keepTableList(store, batchId);
        const detail = { trigger: plan.trigger, tables: plan.tables.length, worked_seconds: 0 };
        appendEvent(store, clock, 'batch_started', { batchId, detail });
        workTime.begin(batchId, 0);
        return knownBatch(store, batchId);
      }),

    resumeBatch: (batchId) =>
      store.write(() => {
        const { resume_count, duration_seconds } = knownBatch(store, batchId);
        refuseSecond(store);
        const worked = duration_seconds ?? 0;
        moveBatch(store, clock, {
          batchId,
          to: BatchStatus.Running,
          set: { resume_count: resume_count + 1, ended_at: null },
          detail: { resume_count: resume_count + 1, worked_seconds: worked },
        });
        workTime.begin(batchId, worked);
        return knownBatch(store, batchId);
      }),

    endBatch: (batchId) =>
      store.write(() => {
        const batch = knownBatch(store, batchId);
        const counts = statusCounts(store, batchId);
        if (counts.open > 0) throw new IllegalMove(`${counts.open} tables of ${batchId} have not ended`);
        moveBatch(store, clock, {
          batchId,
          to: counts.failed > 0 ? BatchStatus.Failed : BatchStatus.Completed,
          set: { ended_at: clock.now().toISOString(), duration_seconds: duration(batch) },
          detail: { completed: counts.completed, failed: counts.failed, skipped: counts.skipped },
        });
        keepTotals(store, batchId);
        workTime.end(batchId);
        return knownBatch(store, batchId);
      }),

    interruptBatch: (batchId, reason) =>
      store.write(() => {
        const batch = knownBatch(store, batchId);
        moveBatch(store, clock, {
          batchId,
          to: BatchStatus.Interrupted,
          reason,
          set: { ended_at: stoppedAt(batch, reason), duration_seconds: duration(batch) },
        });
        keepTotals(store, batchId);
        workTime.end(batchId);
        return knownBatch(store, batchId);
      }),

    expandTables: (batchId, connection, tables) =>
      store.write(() => {
        knownBatch(store, batchId);
        store.run(
          'DELETE FROM sync_progress WHERE batch_id = @batch_id AND connection = @connection AND all_tables',
          { batch_id: batchId, connection },
        );
        for (const table of tables) insertTable(store, batchId, table);
        keepTableList(store, batchId);
        store.run(
          `UPDATE sync_batches SET
             total_tables = (SELECT count(*) FROM sync_progress WHERE batch_id = @batch_id),
             failed_tables = (SELECT count(*) FROM sync_progress WHERE batch_id = @batch_id AND status = 'failed')
           WHERE batch_id = @batch_id`,
          { batch_id: batchId },
        );
        appendEvent(store, clock, 'tables_found', { batchId, connection, detail: { tables: tables.length } });
      }),
  };

  function unusedId(): string {
    for (;;) {
      const id = newBatchId(clock, random);
      if (!findBatch(store, id)) return id;
    }
  }

  function duration(batch: BatchRow): number | null {
    return workTime.soFar(batch.batch_id) ?? batch.duration_seconds;
  }

  function stoppedAt(batch: BatchRow, reason: InterruptionReason): string {
    if (reason === InterruptionReason.Crash) return lastSignOfLife(store, batch);
    return batch.ended_at ?? clock.now().toISOString();
  }
}

/** Refuses a second running batch. The partial unique index refuses it too, but cannot name the process that runs. */
function refuseSecond(store: WritableStore): void {
  const running = runningBatch(store);
  if (!running) return;
  const holder = findHolder(store);
  throw new UsageError(UsageCode.BatchRunning, {
    batch: running.batch_id,
    face: holder?.face ?? running.trigger,
    pid: holder?.pid ?? '?',
  });
}

/** Counted from 0; in rows from before they are null. */
const COUNTED = 'sent_bytes, received_bytes, sent_plain_bytes, received_plain_bytes';

function insertBatch(store: WritableStore, batchId: string, startedAt: string, plan: NewBatch): void {
  store.run(
    `INSERT INTO sync_batches (batch_id, status, "trigger", total_tables, options, started_at, ${COUNTED})
     VALUES (@batch_id, @status, @trigger, @total, @options, @started_at, 0, 0, 0, 0)`,
    {
      batch_id: batchId,
      status: BatchStatus.Running,
      trigger: plan.trigger,
      total: plan.tables.length,
      options: JSON.stringify(plan.options),
      started_at: startedAt,
    },
  );
}

function insertTable(store: WritableStore, batchId: string, table: PlannedTable): void {
  store.run(
    `INSERT INTO sync_progress
       (batch_id, connection, table_name, model_name, all_tables, strategy, status, estimated_rows, ${COUNTED})
     VALUES (@batch_id, @connection, @table_name, @model_name, @all_tables, @strategy, @status, @estimated_rows,
       0, 0, 0, 0)`,
    {
      batch_id: batchId,
      connection: table.connection,
      table_name: table.table,
      model_name: table.model,
      all_tables: Number(table.allTables ?? false),
      strategy: table.strategy,
      status: TableStatus.Pending,
      estimated_rows: table.estimatedRows,
    },
  );
}

interface StatusCounts {
  readonly open: number;
  readonly completed: number;
  readonly failed: number;
  readonly skipped: number;
}

function statusCounts(store: WritableStore, batchId: string): StatusCounts {
  const counts = store.get<StatusCounts>(
    `SELECT count(*) FILTER (WHERE status IN ('pending', 'in_progress')) AS open,
            count(*) FILTER (WHERE status = 'completed') AS completed,
            count(*) FILTER (WHERE status = 'failed') AS failed,
            count(*) FILTER (WHERE status = 'skipped') AS skipped
     FROM sync_progress WHERE batch_id = @batch_id`,
    { batch_id: batchId },
  );
  return counts ?? { open: 0, completed: 0, failed: 0, skipped: 0 };
}

/** The start of the last attempt plus its working time, which is stored in the row. */
function lastSignOfLife(store: WritableStore, batch: BatchRow): string {
  const attempt = store.get<{ readonly at: string; readonly worked: number }>(
    `SELECT at, detail ->> 'worked_seconds' AS worked FROM event_log
     WHERE batch_id = @batch_id AND event IN ('batch_started', 'batch_resumed')
     ORDER BY id DESC LIMIT 1`,
    { batch_id: batch.batch_id },
  );
  const since = new Date(attempt?.at ?? batch.started_at).getTime();
  const seconds = Math.max(0, (batch.duration_seconds ?? 0) - (attempt?.worked ?? 0));
  return new Date(since + seconds * 1000).toISOString();
}

export interface BatchChange {
  readonly batchId: string;
  readonly to: BatchStatus;
  readonly reason?: InterruptionReason;
  /** Other columns that change with the status. */
  readonly set: SqlParams;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/**
 * The one setter of a batch's status: checks the move, updates the row where it still has the prior
 * status, and writes the event, all in the transaction that the caller has begun.
 *
 * @throws UsageError `batch_unknown`; IllegalMove
 */
export function moveBatch(store: WritableStore, clock: Clock, change: BatchChange): void {
  const { batchId, to, set } = change;
  const reason = change.reason ?? null;
  const from = knownBatch(store, batchId).status;
  const move = legalBatchMove(from, to, reason);
  const columns = { ...set, interruption_reason: reason };
  const changes = store.run(
    `UPDATE sync_batches SET status = @to, ${assignments(columns)}
     WHERE batch_id = @batch_id AND status = @from`,
    { ...columns, batch_id: batchId, from, to },
  );
  if (changes !== 1) throw new IllegalMove(`Batch ${batchId} was no longer ${from}`);
  const detail = reason === null ? change.detail : { reason, ...change.detail };
  appendEvent(store, clock, move.event, { batchId, detail: detail ?? {} });
}

/** @throws UsageError `batch_unknown`, with the nearest id */
export function knownBatch(store: WritableStore, batchId: string): BatchRow {
  const batch = findBatch(store, batchId);
  if (batch) return batch;
  const nearest = nearestBatchId(store, batchId);
  throw new UsageError(UsageCode.BatchUnknown, { batch: batchId, ...(nearest && { nearest }) });
}

/** `a = @a, b = @b`. The names must be column names from our code, never from outside. */
export function assignments(columns: SqlParams): string {
  return Object.keys(columns)
    .map((column) => `${column} = @${column}`)
    .join(', ');
}

/**
 * Marks a crashed batch as `interrupted (crash)`: one that is `running` while the caller has the lease. Its end is its last
 * sign of life.
 *
 * @param _lease proof that no other process runs the batch
 * @returns the batch, or null if none had crashed
 */
export function markCrashed(journal: WritableJournal, _lease: Lease): BatchRow | null {
  const batch = journal.runningBatch();
  if (!batch) return null;
  journal.setHolder(null);
  return journal.interruptBatch(batch.batch_id, InterruptionReason.Crash);
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** A new batch id: `sync_20251108_143052_aB3dEf9h`, local date and time and 8 random alphanumerics. */
function newBatchId(clock: Clock, random: Random): string {
  const now = clock.now();
  const date = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join('');
  const time = [two(now.getHours()), two(now.getMinutes()), two(now.getSeconds())].join('');
  const tail = Array.from({ length: 8 }, () => ALPHABET[Math.floor(random() * ALPHABET.length)]).join('');
  return `sync_${date}_${time}_${tail}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
