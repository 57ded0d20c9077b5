import type { BatchRow } from '../../shared/contract.ts';
import { UsageCode, UsageError } from '../../shared/errors.ts';
import { type BatchStatus, InterruptionReason } from '../../shared/status.ts';
import type { Clock } from '../ports.ts';
import { appendEvent } from './batchTotals.ts';
import type { Journal } from './journal.ts';
import type { Lease } from './lease.ts';
import { findBatch, nearestBatchId } from './queries.ts';
import type { SqlParams, Store } from './store.ts';
import { IllegalMove, legalBatchMove } from './transitions.ts';

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
export function moveBatch(store: Store, clock: Clock, change: BatchChange): void {
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
export function knownBatch(store: Store, batchId: string): BatchRow {
  const batch = findBatch(store, batchId);
  if (batch) return batch;
  const nearest = nearestBatchId(store, batchId);
  throw new UsageError(UsageCode.BatchUnknown, { batch: batchId, ...(nearest && { nearest }) });
}

/** `a = @a, b = @b`: the names are column names of ours, never anything that came from outside. */
export function assignments(columns: SqlParams): string {
  return Object.keys(columns)
    .map((column) => `${column} = @${column}`)
    .join(', ');
}

/**
 * A batch that still says `running` while the caller has the lease has lost its process: it becomes
 * `interrupted (crash)`, ended at its last sign of life.
 *
 * @param _lease proof that nobody else runs: without it this would interrupt a batch that is alive
 * @returns the batch, or null where nothing had crashed
 */
export function markCrashed(journal: Journal, _lease: Lease): BatchRow | null {
  const batch = journal.runningBatch();
  if (!batch) return null;
  journal.setHolder(null);
  return journal.interruptBatch(batch.batch_id, InterruptionReason.Crash);
}
