import type { TableRow } from '../../shared/contract.ts';
import type { OpenTableStatus } from '../../shared/status.ts';
import { type RawTableRow, tableRow } from './journalRows.ts';
import type { ReadableStore } from './store.ts';

/** A table that was in any batch: the end of its last run, and its status in the running batch. */
export interface TablePast {
  readonly connection: string;
  readonly table: string;
  readonly model: string;
  /** The last run that has ended; null if none has. */
  readonly last: TableRow | null;
  readonly success: {
    readonly batchId: string;
    readonly endedAt: string;
    readonly snapshotAt: string | null;
  } | null;
  /** Null if no batch runs, or the table has ended in it. */
  readonly now: OpenTableStatus | null;
}

/** One completed run of a table. */
export interface PastRun {
  readonly connection: string;
  readonly table_name: string;
  readonly seconds: number;
  /** Inserted, updated or unchanged. */
  readonly rows: number;
  readonly estimated_rows: number | null;
}

/** What a run of a table wrote. */
export interface EndedRun {
  readonly rows: number;
  readonly failed: boolean;
}

/** The last success of a table that ran without a batch. */
export interface SuccessAlone {
  readonly connection: string;
  readonly table: string;
  readonly endedAt: string;
  readonly snapshotAt: string | null;
}

/** Queries for past runs of tables. */
export interface TablesPast {
  /** All tables that were in any batch, ordered by connection and name. */
  tablesPast(): readonly TablePast[];
  /** Last successes of tables without a batch, from the event log. */
  successesAlone(): readonly SuccessAlone[];
  /** The last completed runs of each table of a batch, at most `limit` per table, without that batch's own. */
  completedRuns(batchId: string, limit: number): readonly PastRun[];
  /** The last runs of a table that have ended, oldest first. */
  endedRuns(connection: string, table: string, limit: number): readonly EndedRun[];
}

export function createTablesPast(store: ReadableStore): TablesPast {
  return {
    tablesPast: () =>
      store
        .all<RawTableRow & Around>(
          `${LATEST}
           SELECT n.connection AS of_connection, n.table_name AS of_table, n.model_name AS of_model, p.*,
             s.batch_id AS success_batch_id, s.ended_at AS success_ended_at,
             s.source_snapshot_at AS success_snapshot_at,
             (SELECT r.status FROM sync_progress r
               WHERE r.batch_id = (SELECT batch_id FROM sync_batches WHERE status = 'running')
                 AND r.connection = n.connection AND r.table_name = n.table_name
                 AND r.status IN ('pending', 'in_progress')) AS now
           FROM latest JOIN sync_progress n ON n.rowid = latest.id
             LEFT JOIN sync_progress p ON p.rowid = (
               SELECT q.rowid FROM sync_progress q
               WHERE q.connection = n.connection AND q.table_name = n.table_name
                 AND q.status NOT IN ('pending', 'in_progress')
               ORDER BY q.rowid DESC LIMIT 1)
             LEFT JOIN sync_progress s ON s.rowid = (
               SELECT q.rowid FROM sync_progress q
               WHERE q.connection = n.connection AND q.table_name = n.table_name AND q.status = 'completed'
               ORDER BY q.ended_at DESC LIMIT 1)
           WHERE NOT n.all_tables ORDER BY n.connection, n.table_name`,
        )
        .map(tablePast),
    successesAlone: () =>
      store.all<SuccessAlone>(
        `SELECT connection, table_name AS "table", max(at) AS endedAt,
           detail ->> 'source_snapshot_at' AS snapshotAt
         FROM event_log WHERE batch_id IS NULL AND event = 'table_completed' GROUP BY connection, table_name`,
      ),
    completedRuns: (batchId, limit) =>
      store.all<PastRun>(
        `SELECT q.connection, q.table_name, q.duration_seconds AS seconds,
           q.records_processed + q.records_skipped AS rows, q.estimated_rows
         FROM sync_progress p JOIN sync_progress q ON q.rowid IN (
           SELECT r.rowid FROM sync_progress r
           WHERE r.connection = p.connection AND r.table_name = p.table_name AND r.status = 'completed'
             AND r.rowid <> p.rowid ORDER BY r.ended_at DESC LIMIT @limit)
         WHERE p.batch_id = @batch_id AND q.duration_seconds IS NOT NULL`,
        { batch_id: batchId, limit },
      ),
    endedRuns: (connection, table, limit) =>
      store
        .all<{ readonly rows: number; readonly failed: 0 | 1 }>(
          `SELECT records_processed AS rows, status = 'failed' AS failed FROM sync_progress
           WHERE connection = @connection AND table_name = @table AND NOT all_tables
             AND status IN ('completed', 'failed')
           ORDER BY rowid DESC LIMIT @limit`,
          { connection, table, limit },
        )
        .map(({ rows, failed }) => ({ rows, failed: failed === 1 }))
        .reverse(),
  };
}

interface Around {
  readonly of_connection: string;
  readonly of_table: string;
  readonly of_model: string;
  readonly success_batch_id: string | null;
  readonly success_ended_at: string | null;
  readonly success_snapshot_at: string | null;
  readonly now: OpenTableStatus | null;
}

function tablePast({
  of_connection: connection,
  of_table: table,
  of_model: model,
  success_batch_id: batchId,
  success_ended_at: endedAt,
  success_snapshot_at: snapshotAt,
  now,
  ...row
}: RawTableRow & Around): TablePast {
  return {
    connection,
    table,
    model,
    // If no run has ended, the outer join makes all columns null.
    last: row.batch_id === null ? null : tableRow(row),
    success: batchId === null || endedAt === null ? null : { batchId, endedAt, snapshotAt },
    now,
  };
}

/**
 * The newest run of each table. It takes one index step per table, while GROUP BY would read all runs. Rowids follow the
 * order of insertion.
 */
const LATEST = `WITH RECURSIVE latest (id) AS (
  SELECT (SELECT rowid FROM sync_progress ORDER BY connection DESC, table_name DESC, rowid DESC LIMIT 1)
  UNION ALL
  SELECT coalesce(
    (SELECT p.rowid FROM sync_progress p WHERE p.connection = q.connection AND p.table_name < q.table_name
      ORDER BY p.table_name DESC, p.rowid DESC LIMIT 1),
    (SELECT p.rowid FROM sync_progress p WHERE p.connection < q.connection
      ORDER BY p.connection DESC, p.table_name DESC, p.rowid DESC LIMIT 1))
  FROM latest JOIN sync_progress q ON q.rowid = latest.id)`;
