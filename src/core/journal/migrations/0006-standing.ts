/** What the standing of each (connection, table) is made of, so that no look at it walks along the whole past. */
export const standing = `
-- Since when a table is known to differ; null where nothing says so. A later pass that proves equality clears it.
ALTER TABLE range_digests ADD COLUMN differs_since TEXT;
UPDATE range_digests SET differs_since = checked_at WHERE result = 'differs';
CREATE INDEX range_digests_differ ON range_digests (connection, table_name) WHERE differs_since IS NOT NULL;

-- The runs that left something undone, however long ago.
CREATE INDEX sync_progress_open ON sync_progress (connection, table_name)
  WHERE status NOT IN ('completed', 'skipped');

-- Successes of tables that ran without a batch.
CREATE INDEX event_log_alone ON event_log (connection, table_name, at)
  WHERE batch_id IS NULL AND event = 'table_completed';
`;
