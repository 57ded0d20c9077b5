/**
 * Whether a row of `sync_progress` stands for all tables of a connection was said by the table name `*`, which a table
 * may have. The old rows of such a table cannot be told from the others, but for those that completed.
 */
export const allTables = `
ALTER TABLE sync_progress ADD COLUMN all_tables INTEGER NOT NULL DEFAULT 0 CHECK (all_tables IN (0, 1));
UPDATE sync_progress SET all_tables = 1 WHERE table_name = '*' AND status <> 'completed';

-- A verify of all tables of a source that was not reached is no verify of any table.
DELETE FROM range_digests WHERE table_name = '*' AND result = 'failed' AND proved_at IS NULL;

-- Lines of the log that are about all tables name none.
DROP TRIGGER event_log_append_only;
UPDATE event_log SET table_name = NULL
  WHERE table_name = '*' AND connection IS NOT NULL AND CASE WHEN batch_id IS NULL
    THEN event = 'verified' AND detail ->> 'result' = 'failed'
    ELSE NOT EXISTS (SELECT 1 FROM sync_progress p WHERE p.batch_id = event_log.batch_id
      AND p.connection = event_log.connection AND p.table_name = '*' AND NOT p.all_tables) END;
CREATE TRIGGER event_log_append_only BEFORE UPDATE ON event_log
BEGIN
  SELECT RAISE(ABORT, 'event_log is append-only');
END;
`;
