import type { TableRow } from '../../shared/contract.ts';
import { UsageCode, UsageError } from '../../shared/errors.ts';
import { TableStatus } from '../../shared/status.ts';
import type { Clock } from '../ports.ts';
import { assignments } from './batchMoves.ts';
import { appendEvent } from './eventLog.ts';
import { findTable } from './queries.ts';
import type { SqlParams, Store } from './store.ts';
import { IllegalMove, legalTableMove } from './transitions.ts';

/** One table run: a row of `sync_progress`. */
export interface TableRunRef {
  readonly batchId: string;
  readonly connection: string;
  readonly table: string;
}

/** Only while the batch runs: what comes late from a stopped run must change nothing. */
const THIS_RUN = `batch_id = @batch_id AND connection = @connection AND table_name = @table_name
  AND EXISTS (SELECT 1 FROM sync_batches AS b WHERE b.batch_id = @batch_id AND b.status = 'running')`;

/**
 * The one setter of a table's status: checks the move, updates the row where it still has the prior
 * status, moves the batch's counters and writes the event, all in the transaction that the caller began.
 *
 * @param set other columns that change with the status
 * @throws UsageError `table_not_in_batch`; IllegalMove, also where the batch is not running
 */
export function moveTable(
  store: Store,
  clock: Clock,
  ref: TableRunRef,
  to: TableStatus,
  set: SqlParams,
  detail: Readonly<Record<string, unknown>> = {},
): void {
  const from = knownTable(store, ref).status;
  const move = legalTableMove(from, to);
  updateRun(store, ref, from, { ...set, status: to });
  countMove(store, ref.batchId, from, to);
  appendEvent(store, clock, move.event, { ...ref, detail });
}

/**
 * Updates columns of a table run that has this status.
 *
 * @throws IllegalMove where it has another status, or its batch is not running
 */
export function updateRun(store: Store, ref: TableRunRef, status: TableStatus, set: SqlParams): void {
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
export function knownTable(store: Store, ref: TableRunRef): TableRow {
  const row = findTable(store, ref.batchId, ref.connection, ref.table);
  if (row) return row;
  throw new UsageError(UsageCode.TableNotInBatch, {
    table: ref.table,
    connection: ref.connection,
    batch: ref.batchId,
  });
}

function countMove(store: Store, batchId: string, from: TableStatus, to: TableStatus): void {
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
