import type { Store } from './store.ts';

/** Keeps which tables a batch has: when it begins, and when more of them are known. */
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

/** Keeps what a batch has come to: when it ends. */
export function keepTotals(store: Store, batchId: string): void {
  store.run(
    `UPDATE batch_totals SET (records_processed, records_deleted, bytes) = (
       SELECT coalesce(sum(records_processed), 0), coalesce(sum(records_deleted), 0), coalesce(sum(bytes), 0)
       FROM sync_progress WHERE batch_id = @batch_id)
     WHERE batch_id = @batch_id`,
    { batch_id: batchId },
  );
}

/** The lists of batches that are gone; in the transaction in which those go. */
export function dropUnusedLists(store: Store): void {
  store.run('DELETE FROM table_lists WHERE id NOT IN (SELECT list_id FROM batch_totals)');
}
