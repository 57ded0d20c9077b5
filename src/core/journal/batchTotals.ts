import type { Clock } from '../ports.ts';
import type { WritableStore } from './store.ts';

/** Stores the list of a batch's tables. Called when it begins, and again when more of them become known. */
export function keepTableList(store: WritableStore, batchId: string): void {
  const { tables } = store.get<{ readonly tables: string }>(
    `SELECT json_group_array(json_array(connection, table_name)) AS tables FROM (
       SELECT connection, table_name FROM sync_progress WHERE batch_id = @batch_id AND NOT all_tables
       ORDER BY connection, table_name)`,
    { batch_id: batchId },
  ) ?? { tables: '[]' };
  store.run('INSERT INTO table_lists (tables) VALUES (@tables) ON CONFLICT DO NOTHING', { tables });
  store.run(
    `INSERT INTO batch_totals (batch_id, list_id)
     VALUES (@batch_id, (SELECT id FROM table_lists WHERE tables = @tables))
     ON CONFLICT (batch_id) DO UPDATE SET list_id = excluded.list_id`,
    { batch_id: batchId, tables },
  );
}

/** Stores the batch's totals. Called when it ends. */
export function keepTotals(store: WritableStore, batchId: string): void {
  store.run(
    `UPDATE batch_totals SET (records_processed, records_skipped, records_deleted, bytes) = (
       SELECT coalesce(sum(records_processed), 0), coalesce(sum(records_skipped), 0),
         coalesce(sum(records_deleted), 0), coalesce(sum(bytes), 0)
       FROM sync_progress WHERE batch_id = @batch_id)
     WHERE batch_id = @batch_id`,
    { batch_id: batchId },
  );
}

/** Deletes the lists that no batch has any more. Called in the transaction that deletes the batches. */
export function dropUnusedLists(store: WritableStore): void {
  store.run('DELETE FROM table_lists WHERE id NOT IN (SELECT list_id FROM batch_totals)');
}

/** The subject of a line of the event log. If all are absent, the line is about the installation as a whole. */
export interface LogSubject {
  /** Absent for a table that ran without a batch. */
  readonly batchId?: string | null;
  readonly connection?: string;
  readonly table?: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** Appends one line. A database trigger refuses later changes of it. */
export function appendEvent(store: WritableStore, clock: Clock, event: string, subject: LogSubject): void {
  store.run(
    `INSERT INTO event_log (at, batch_id, connection, table_name, event, detail)
     VALUES (@at, @batch_id, @connection, @table_name, @event, @detail)`,
    {
      at: clock.now().toISOString(),
      batch_id: subject.batchId ?? null,
      connection: subject.connection ?? null,
      table_name: subject.table ?? null,
      event,
      detail: JSON.stringify(subject.detail ?? {}),
    },
  );
}

/**
 * Working time of batches and tables. `duration_seconds` is the sum over all attempts, without the time between a crash
 * and its resume.
 *
 * The time of the current attempt is measured by the monotonic clock, so that a corrected system clock cannot make a
 * duration negative. It is stored with every progress, so after a crash the row has the time up to the last progress.
 */
export interface WorkTime {
  /** An attempt begins. `before` is the sum of the earlier attempts in seconds. */
  begin(key: string, before: number): void;
  /** Seconds of all attempts until now; null if this process runs no attempt. */
  soFar(key: string): number | null;
  /** The attempt is over. */
  end(key: string): void;
}

export function createWorkTime(clock: Clock): WorkTime {
  const attempts = new Map<string, { readonly since: number; readonly before: number }>();
  return {
    begin(key, before) {
      attempts.set(key, { since: clock.monotonic(), before });
    },
    soFar(key) {
      const attempt = attempts.get(key);
      if (!attempt) return null;
      return Math.round(attempt.before * 1000 + clock.monotonic() - attempt.since) / 1000;
    },
    end(key) {
      attempts.delete(key);
    },
  };
}
