import type { TableRow } from '../../shared/contract.ts';
import { type RawTableRow, tableRow, UNKNOWN_TABLES } from './rows.ts';
import type { Store } from './store.ts';

/** A table that has run, with its last run and its last success. */
export interface TablePast {
  readonly last: TableRow;
  readonly success: {
    readonly batchId: string;
    readonly endedAt: string;
    readonly snapshotAt: string | null;
  } | null;
}

/** One completed run of a table. */
export interface PastRun {
  readonly connection: string;
  readonly table_name: string;
  readonly seconds: number;
  /** Inserted, updated or found the same. */
  readonly rows: number;
  readonly estimated_rows: number | null;
}

/** What tables did before. */
export interface TablesPast {
  /** Of all tables that have run, by connection and name. */
  tablesPast(): readonly TablePast[];
  /** The last completed runs, at most `limit`, of each table of a batch; that batch's own left out. */
  completedRuns(batchId: string, limit: number): readonly PastRun[];
}

export function createTablesPast(store: Store): TablesPast {
  return {
    tablesPast: () =>
      store
        .all<RawTableRow & Success>(
          `${LATEST}
           SELECT p.*, s.batch_id AS success_batch_id, s.ended_at AS success_ended_at,
             s.source_snapshot_at AS success_snapshot_at
           FROM latest JOIN sync_progress p ON p.rowid = latest.id LEFT JOIN sync_progress s ON s.rowid = (
             SELECT q.rowid FROM sync_progress q
             WHERE q.connection = p.connection AND q.table_name = p.table_name AND q.status = 'completed'
             ORDER BY q.ended_at DESC LIMIT 1)
           WHERE p.table_name <> @unknown ORDER BY p.connection, p.table_name`,
          { unknown: UNKNOWN_TABLES },
        )
        .map(({ success_batch_id: batchId, success_ended_at: endedAt, success_snapshot_at, ...row }) => ({
          last: tableRow(row),
          success:
            batchId === null || endedAt === null
              ? null
              : { batchId, endedAt, snapshotAt: success_snapshot_at },
        })),
    completedRuns: (batchId, limit) =>
      store.all<PastRun>(
        `SELECT q.connection, q.table_name, q.duration_seconds AS seconds,
           q.records_processed + q.records_skipped AS rows, q.estimated_rows
         FROM sync_progress p JOIN sync_progress q ON q.rowid IN (
           SELECT r.rowid FROM sync_progress r
           WHERE r.connection = p.connection AND r.table_name = p.table_name AND r.status = 'completed'
             AND r.batch_id <> p.batch_id ORDER BY r.ended_at DESC LIMIT @limit)
         WHERE p.batch_id = @batch_id AND q.duration_seconds IS NOT NULL`,
        { batch_id: batchId, limit },
      ),
  };
}

interface Success {
  readonly success_batch_id: string | null;
  readonly success_ended_at: string | null;
  readonly success_snapshot_at: string | null;
}

/**
 * The last run of each table: one step along the index a table, where GROUP BY would walk along all of its runs.
 * Rowids follow the order of insertion.
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
