import type { Clock } from '../ports.ts';
import type { Store } from './store.ts';

/** Stores the list of a batch's tables. Called when it begins, and again when more of them become known. */
export function keepTableList(store: Store, batchId: string): void {
  const { tables } = store.get<{ readonly tables: string }>(
    `SELECT json_group_array(json_array(connection, table_name)) AS tables FROM (
       SELECT connection, table_name FROM sync_progress WHERE batch_id = @batch_id
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
export function keepTotals(store: Store, batchId: string): void {
  store.run(
    `UPDATE batch_totals SET (records_processed, records_deleted, bytes) = (
       SELECT coalesce(sum(records_processed), 0), coalesce(sum(records_deleted), 0), coalesce(sum(bytes), 0)
       FROM sync_progress WHERE batch_id = @batch_id)
     WHERE batch_id = @batch_id`,
    { batch_id: batchId },
  );
}

/** Deletes the lists that no batch has any more. Called in the transaction that deletes the batches. */
export function dropUnusedLists(store: Store): void {
  store.run('DELETE FROM table_lists WHERE id NOT IN (SELECT list_id FROM batch_totals)');
}

/** What a line of the event log speaks of. All absent: the installation as a whole. */
export interface LogSubject {
  /** Absent for a table run alone. */
  readonly batchId?: string | null;
  readonly connection?: string;
  readonly table?: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** Appends one line; a database trigger refuses to change it afterwards. */
export function appendEvent(store: Store, clock: Clock, event: string, subject: LogSubject): void {
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
 * How long batches and tables have been worked on: `duration_seconds` is the sum over all attempts, and
 * leaves out the night between a crash and its resume.
 *
 * The time of the attempt under way is kept here, by the monotonic clock, so that a corrected system clock
 * makes no duration negative. It is written with every progress, so what a crash leaves in the row is the
 * working time up to the last sign of life.
 */
export interface WorkTime {
  /** An attempt begins; `before` are the seconds of the attempts before it. */
  begin(key: string, before: number): void;
  /** Seconds of all attempts until now, or null where this process has none under way. */
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
