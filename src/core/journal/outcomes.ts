import type { BatchRow, TableRow } from '../../shared/contract.ts';
import { batchRow, type RawBatchRow, type RawTableRow, tableRow, UNKNOWN_TABLES } from './rows.ts';
import type { Store } from './store.ts';

/** A batch that did not end well, seen from now. */
export interface Unresolved {
  readonly batch: BatchRow;
  /** Its tables that are neither completed nor skipped. */
  readonly left: number;
  /** Those of them that nothing has completed since. */
  readonly open: readonly TableRow[];
}

/** How things stand, as against what was run. */
export interface Outcomes {
  /** The newest failed and interrupted batches that are not superseded, latest first. */
  unresolved(): readonly Unresolved[];
  /** When a batch was completed last; null where none was. */
  lastSuccessAt(): string | null;
  /**
   * Up to when central has everything of some connections: the oldest source snapshot over the latest success of
   * each table; null where a table has had none, or nothing was run.
   */
  upTo(connections: readonly string[]): string | null;
  /** When a table was run first, as far back as the journal goes; null where it was not. */
  firstRunAt(connection: string, table: string): string | null;
}

/** A table that fails again and again makes a batch each time; the oldest of them say nothing new. */
const NEWEST = 20;

export function createOutcomes(store: Store): Outcomes {
  return {
    unresolved: () =>
      store
        .all<RawBatchRow>(
          `SELECT * FROM sync_batches
           WHERE status IN ('failed', 'interrupted') AND interruption_reason IS NOT 'superseded'
           ORDER BY rowid DESC LIMIT ${NEWEST}`,
        )
        .map((raw) => look(store, batchRow(raw))),
    lastSuccessAt: () =>
      store.get<{ readonly at: string | null }>(
        "SELECT max(ended_at) AS at FROM sync_batches WHERE status = 'completed'",
      )?.at ?? null,
    upTo: (connections) => upTo(store, connections),
    firstRunAt: (connection, table_name) =>
      store.get<{ readonly at: string | null }>(
        `SELECT started_at AS at FROM sync_progress
         WHERE connection = @connection AND table_name = @table_name AND started_at IS NOT NULL
         ORDER BY rowid LIMIT 1`,
        { connection, table_name },
      )?.at ?? null,
  };
}

function look(store: Store, batch: BatchRow): Unresolved {
  const rows = store.all<RawTableRow & { readonly done_since: number }>(
    `SELECT p.*, EXISTS (
       SELECT 1 FROM sync_progress q
       WHERE q.connection = p.connection AND (q.table_name = p.table_name OR p.table_name = @unknown)
         AND q.status = 'completed' AND q.ended_at > coalesce(p.ended_at, @ended_at)
     ) AS done_since
     FROM sync_progress p WHERE p.batch_id = @batch_id AND p.status NOT IN ('completed', 'skipped')
     ORDER BY p.rowid`,
    { batch_id: batch.batch_id, ended_at: batch.ended_at, unknown: UNKNOWN_TABLES },
  );
  const open = rows.filter((row) => row.done_since === 0).map(({ done_since: _, ...row }) => tableRow(row));
  return { batch, left: rows.length, open };
}

/** Of the tables that the latest batch of everything had; those that the source no longer has are no matter. */
function upTo(store: Store, connections: readonly string[]): string | null {
  const row = store.get<{ readonly oldest: string | null; readonly missing: number }>(
    `SELECT min(at) AS oldest, count(*) FILTER (WHERE at IS NULL) AS missing FROM (
       SELECT (SELECT q.source_snapshot_at FROM sync_progress q
         WHERE q.connection = p.connection AND q.table_name = p.table_name AND q.status = 'completed'
         ORDER BY q.ended_at DESC LIMIT 1) AS at
       FROM json_each(@connections) c JOIN sync_progress p ON p.connection = c.value AND p.batch_id = (
         SELECT l.batch_id FROM sync_batches l
         WHERE json_array_length(l.options, '$.tables') = 0
           AND EXISTS (SELECT 1 FROM sync_progress m
             WHERE m.batch_id = l.batch_id AND m.connection = c.value AND m.table_name <> @unknown)
         ORDER BY l.rowid DESC LIMIT 1)
       WHERE p.status <> 'skipped')`,
    { connections: JSON.stringify(connections), unknown: UNKNOWN_TABLES },
  );
  return row === undefined || row.missing > 0 ? null : row.oldest;
}
