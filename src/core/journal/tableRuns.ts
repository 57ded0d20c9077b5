import type { FailureDetail } from '../../shared/errors.ts';
import { type Strategy, TableStatus } from '../../shared/status.ts';
import type { Ports } from '../ports.ts';
import { appendEvent } from './eventLog.ts';
import type { SqlParams, Store } from './store.ts';
import { knownTable, moveTable, type TableRunRef, updateRun } from './tableMoves.ts';
import type { WorkTime } from './workTime.ts';

/** What central has committed of a table run: totals over all its attempts, never differences. */
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
 * The life of a table run. Each method is one transaction; all throw UsageError `table_not_in_batch`, and
 * IllegalMove where the run's status or its batch's does not allow it.
 */
export interface TableWrites {
  /** A new run, one that failed, or (again) one that a crash left in progress. Counts stay as they are. */
  startTable(
    ref: TableRunRef,
    facts: { readonly strategy: Strategy | null; readonly estimatedRows: number | null },
  ): void;
  /** How the run goes about it, and why: known only once the source was looked at. */
  chooseStrategy(ref: TableRunRef, strategy: Strategy, reason: string): void;
  /** After each committed chunk. */
  progressTable(ref: TableRunRef, progress: TableProgressUpdate): void;
  /** An attempt failed and will be made again. */
  retryTable(ref: TableRunRef, failure: FailureDetail, delayMs: number): void;
  completeTable(ref: TableRunRef, counts?: TableCounts): void;
  failTable(ref: TableRunRef, failure: FailureDetail): void;
  /** @param reason for the event log */
  skipTable(ref: TableRunRef, reason: string): void;
}

export function createTableWrites(store: Store, { clock }: Ports, workTime: WorkTime): TableWrites {
  return {
    startTable: (ref, facts) =>
      store.write(() => {
        const row = knownTable(store, ref);
        const set = {
          strategy: facts.strategy,
          estimated_rows: facts.estimatedRows,
          started_at: row.started_at ?? clock.now().toISOString(),
          ended_at: null,
          ...NO_ERROR,
        };
        moveTable(store, clock, ref, TableStatus.InProgress, set, {
          strategy: facts.strategy,
          at_row: row.records_processed + row.records_skipped,
        });
        workTime.begin(keyOf(ref), row.duration_seconds ?? 0);
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
