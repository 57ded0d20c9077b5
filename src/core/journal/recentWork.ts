import type { ScheduleOutcome } from '../../shared/contract.ts';
import type { BatchStatus, InterruptionReason } from '../../shared/status.ts';
import type { ReadableStore } from './store.ts';

/** What came of a planned time. Times are ISO 8601 in UTC. */
export interface PlannedOutcome {
  readonly schedule_id: string;
  readonly due_at: string;
  readonly outcome: ScheduleOutcome;
  readonly batch_id: string | null;
  /** Null if its batch is no longer in the journal, or it had none. */
  readonly status: BatchStatus | null;
  readonly interruption_reason: InterruptionReason | null;
  readonly ended_at: string | null;
}

/** What a batch moved. */
export interface BatchWork {
  readonly started_at: string;
  /** Rows written at head office. */
  readonly rows: number;
  readonly sent_bytes: number;
}

/** A connection's part of a batch. */
export interface ConnectionWork {
  readonly connection: string;
  readonly batch_id: string;
  readonly status: BatchStatus;
  readonly started_at: string;
  /** Null while the batch runs. */
  readonly ended_at: string | null;
  readonly failed: number;
  /** Rows written at head office. */
  readonly rows: number;
}

/** Queries for the page that shows the last days. */
export interface RecentReads {
  /** What came of the planned times since then, oldest first. */
  plannedOutcomes(from: string): readonly PlannedOutcome[];
  /** Since when each schedule has its present definition. */
  schedulesSeen(): ReadonlyMap<string, string>;
  batchWork(from: string): readonly BatchWork[];
  connectionWork(from: string): readonly ConnectionWork[];
}

export function createRecentReads(store: ReadableStore): RecentReads {
  return {
    plannedOutcomes: (from) =>
      store.all<PlannedOutcome>(
        `SELECT r.schedule_id, r.due_at, r.outcome, r.batch_id, b.status, b.interruption_reason, b.ended_at
         FROM schedule_runs r LEFT JOIN sync_batches b ON b.batch_id = r.batch_id
         WHERE r.due_at >= @from ORDER BY r.due_at, r.schedule_id`,
        { from },
      ),
    schedulesSeen: () =>
      new Map(
        store
          .all<{ readonly schedule_id: string; readonly first_seen_at: string }>(
            'SELECT schedule_id, first_seen_at FROM schedules_seen',
          )
          .map((one) => [one.schedule_id, one.first_seen_at]),
      ),
    batchWork: (from) =>
      store.all<BatchWork>(
        `SELECT b.started_at, coalesce(b.sent_bytes, 0) AS sent_bytes, CASE b.status WHEN 'running'
             THEN (SELECT coalesce(sum(p.records_processed), 0) FROM sync_progress p WHERE p.batch_id = b.batch_id)
             ELSE coalesce(t.records_processed, 0) END AS rows
         FROM sync_batches b LEFT JOIN batch_totals t ON t.batch_id = b.batch_id
         WHERE b.started_at >= @from`,
        { from },
      ),
    // From the batches, which are few, to their tables by the primary key.
    connectionWork: (from) =>
      store.all<ConnectionWork>(
        `SELECT p.connection, b.batch_id, b.status,
           coalesce(min(p.started_at), b.started_at) AS started_at,
           iif(b.status = 'running', NULL, coalesce(max(p.ended_at), b.ended_at)) AS ended_at,
           sum(p.status = 'failed') AS failed, sum(p.records_processed) AS rows
         FROM sync_batches b CROSS JOIN sync_progress p ON p.batch_id = b.batch_id
         WHERE b.started_at >= @from OR b.ended_at >= @from OR b.status = 'running'
         GROUP BY b.batch_id, p.connection ORDER BY b.started_at`,
        { from },
      ),
  };
}
