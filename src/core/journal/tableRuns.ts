import type { TableRow } from '../../shared/contract.ts';
import { type FailureDetail, UsageCode, UsageError } from '../../shared/errors.ts';
import { type Strategy, TableStatus } from '../../shared/status.ts';
import type { Clock, Ports } from '../ports.ts';
import { assignments } from './batches.ts';
import { appendEvent, type WorkTime } from './batchTotals.ts';
import { findTable } from './queries.ts';
import type { SqlParams, WritableStore } from './store.ts';
import { IllegalMove, legalTableMove } from './transitions.ts';

/** Rows of a table run that central has committed: totals over all attempts, never differences. */
export interface TableCounts {
  readonly processed: number;
  readonly skipped: number;
  readonly deleted: number;
  readonly bytes: number;
}

export interface TableProgressUpdate extends TableCounts {
  readonly checkpoint: string | null;
  /** ISO 8601, UTC. */
  readonly sourceSnapshotAt: string | null;
}

/**
 * Changes of a table run. Each method is one transaction. All throw UsageError `table_not_in_batch`, and IllegalMove if the
 * status of the run or of its batch does not allow the change.
 */
export interface TableWrites {
  /** Starts a new run, a failed one, or one that a crash left in progress. Counts stay as they are. */
  startTable(
    ref: TableRunRef,
    facts: {
      readonly strategy: Strategy | null;
      readonly estimatedRows: number | null;
      /** How long ago it has begun, in milliseconds. Default: 0. */
      readonly msAgo?: number;
    },
  ): void;
  /** Stores the strategy and its reason, which are known only after the source was read. */
  chooseStrategy(ref: TableRunRef, strategy: Strategy, reason: string): void;
  /** After each committed chunk. */
  progressTable(ref: TableRunRef, progress: TableProgressUpdate): void;
  /** An attempt failed and is retried. */
  retryTable(ref: TableRunRef, failure: FailureDetail, delayMs: number): void;
  completeTable(ref: TableRunRef, counts?: TableCounts): void;
  failTable(ref: TableRunRef, failure: FailureDetail): void;
  /** @param reason for the event log */
  skipTable(ref: TableRunRef, reason: string): void;
}

export function createTableWrites(store: WritableStore, { clock }: Ports, workTime: WorkTime): TableWrites {
  return {
    startTable: (ref, facts) =>
      store.write(() => {
        const row = knownTable(store, ref);
        const set = {
          strategy: facts.strategy,
          estimated_rows: facts.estimatedRows,
          started_at: row.started_at ?? new Date(clock.now().getTime() - (facts.msAgo ?? 0)).toISOString(),
          ended_at: null,
          ...NO_ERROR,
        };
        moveTable(store, clock, ref, TableStatus.InProgress, set, {
          strategy: facts.strategy,
          at_row: row.records_processed + row.records_skipped,
        });
        workTime.begin(keyOf(ref), (row.duration_seconds ?? 0) + (facts.msAgo ?? 0) / 1000);
        signOfLife(ref.batchId);
      }),

    chooseStrategy: (ref, strategy, reason) =>
      store.write(() => {
        updateRun(store, ref, TableStatus.InProgress, { strategy });
        appendEvent(store, clock, 'strategy_chosen', { ...ref, detail: { strategy, reason } });
      }),

    progressTable: (ref, progress) =>
      store.write(() => {
        updateRun(store, ref, TableStatus.InProgress, {
          ...countColumns(progress),
          checkpoint: progress.checkpoint,
          source_snapshot_at: progress.sourceSnapshotAt,
          duration_seconds: worked(ref),
        });
        signOfLife(ref.batchId);
      }),

    retryTable: (ref, failure, delayMs) =>
      store.write(() => {
        const attempt = knownTable(store, ref).retry_count + 1;
        updateRun(store, ref, TableStatus.InProgress, {
          retry_count: attempt,
          duration_seconds: worked(ref),
        });
        appendEvent(store, clock, 'table_retrying', {
          ...ref,
          detail: { attempt, delay_ms: delayMs, failure },
        });
        signOfLife(ref.batchId);
      }),

    completeTable: (ref, counts) =>
      store.write(() => {
        const set = { ...ended(ref), ...(counts && countColumns(counts)) };
        moveTable(store, clock, ref, TableStatus.Completed, set, { ...counts });
        workTime.end(keyOf(ref));
        signOfLife(ref.batchId);
      }),

    failTable: (ref, failure) =>
      store.write(() => {
        const set = { ...ended(ref), ...errorColumns(failure) };
        moveTable(store, clock, ref, TableStatus.Failed, set, { failure });
        workTime.end(keyOf(ref));
        signOfLife(ref.batchId);
      }),

    skipTable: (ref, reason) =>
      store.write(() => {
        moveTable(store, clock, ref, TableStatus.Skipped, { ...ended(ref), ...NO_ERROR }, { reason });
        workTime.end(keyOf(ref));
        signOfLife(ref.batchId);
      }),
  };

  function worked(ref: TableRunRef): number | null {
    return workTime.soFar(keyOf(ref)) ?? knownTable(store, ref).duration_seconds;
  }

  function ended(ref: TableRunRef): SqlParams {
    return { ended_at: clock.now().toISOString(), duration_seconds: worked(ref) };
  }

  /** Keeps the batch's working time up to date, so that a crash leaves it in the row. */
  function signOfLife(batchId: string): void {
    store.run(
      `UPDATE sync_batches SET duration_seconds = coalesce(@worked, duration_seconds)
       WHERE batch_id = @batch_id`,
      { batch_id: batchId, worked: workTime.soFar(batchId) },
    );
  }
}

const NO_ERROR = { error_code: null, error_message: null, error_detail: null } as const;

function errorColumns(failure: FailureDetail): SqlParams {
  return {
    error_code: failure.code,
    error_message: failure.message,
    error_detail: JSON.stringify(failure),
  };
}

function countColumns(counts: TableCounts): SqlParams {
  return {
    records_processed: counts.processed,
    records_skipped: counts.skipped,
    records_deleted: counts.deleted,
    bytes: counts.bytes,
  };
}

/** Batch ids have no space, so no table run has a batch's key. */
function keyOf(ref: TableRunRef): string {
  return `${ref.batchId} ${ref.connection} ${ref.table}`;
}

/** One table run: a row of `sync_progress`. */
export interface TableRunRef {
  readonly batchId: string;
  readonly connection: string;
  readonly table: string;
}

/** Only while the batch runs, so that late calls of a stopped run change nothing. */
const THIS_RUN = `batch_id = @batch_id AND connection = @connection AND table_name = @table_name
  AND EXISTS (SELECT 1 FROM sync_batches AS b WHERE b.batch_id = @batch_id AND b.status = 'running')`;

/**
 * The one setter of a table's status: checks the move, updates the row where it still has the prior
 * status, moves the batch's counters and writes the event, all in the transaction that the caller began.
 *
 * @param set other columns that change with the status
 * @throws UsageError `table_not_in_batch`; IllegalMove, also where the batch is not running
 */
function moveTable(
  store: WritableStore,
  clock: Clock,
  ref: TableRunRef,
  to: TableStatus,
  set: SqlParams,
  detail: Readonly<Record<string, unknown>> = {},
): void {
  const { status: from, all_tables } = knownTable(store, ref);
  const move = legalTableMove(from, to);
  updateRun(store, ref, from, { ...set, status: to });
  countMove(store, ref.batchId, from, to);
  const { batchId, connection } = ref;
  // A line of all tables has no table: `table_name` would say that a table of this name was meant.
  appendEvent(store, clock, move.event, all_tables ? { batchId, connection, detail } : { ...ref, detail });
}

/**
 * Updates columns of a table run that has this status.
 *
 * @throws IllegalMove where it has another status, or its batch is not running
 */
function updateRun(store: WritableStore, ref: TableRunRef, status: TableStatus, set: SqlParams): void {
  const changes = store.run(
    `UPDATE sync_progress SET ${assignments(set)} WHERE ${THIS_RUN} AND status = @prior_status`,
    {
      ...set,
      batch_id: ref.batchId,
      connection: ref.connection,
      table_name: ref.table,
      prior_status: status,
    },
  );
  if (changes !== 1) {
    throw new IllegalMove(
      `${ref.connection}.${ref.table} of ${ref.batchId} is not ${status} in a running batch`,
    );
  }
}

/** @throws UsageError `table_not_in_batch` */
function knownTable(store: WritableStore, ref: TableRunRef): TableRow {
  const row = findTable(store, ref.batchId, ref.connection, ref.table);
  if (row) return row;
  throw new UsageError(UsageCode.TableNotInBatch, {
    table: ref.table,
    connection: ref.connection,
    batch: ref.batchId,
  });
}

function countMove(store: WritableStore, batchId: string, from: TableStatus, to: TableStatus): void {
  if (from === to) return;
  const change = (status: TableStatus): number => Number(to === status) - Number(from === status);
  store.run(
    `UPDATE sync_batches SET completed_tables = completed_tables + @completed,
       failed_tables = failed_tables + @failed, skipped_tables = skipped_tables + @skipped
     WHERE batch_id = @batch_id`,
    {
      batch_id: batchId,
      completed: change(TableStatus.Completed),
      failed: change(TableStatus.Failed),
      skipped: change(TableStatus.Skipped),
    },
  );
}
