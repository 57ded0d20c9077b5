/**
 * What lists of batches say of each, so that no list has to add up the table runs of all that it shows, nor look
 * through all of them for a name. Written when a batch begins and when it ends; never by a chunk.
 */
export const history = `
-- Which tables a batch has: a JSON array of [connection, table], in order. From day to day it is the same.
CREATE TABLE table_lists (
  id     INTEGER PRIMARY KEY,
  tables TEXT NOT NULL UNIQUE CHECK (json_valid(tables))
) STRICT;

CREATE TABLE batch_totals (
  batch_id          TEXT PRIMARY KEY REFERENCES sync_batches ON DELETE CASCADE,
  list_id           INTEGER NOT NULL REFERENCES table_lists,
  -- As of its last end; while it runs its table runs are added up.
  records_processed INTEGER NOT NULL DEFAULT 0,
  records_deleted   INTEGER NOT NULL DEFAULT 0,
  bytes             INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX batch_totals_list ON batch_totals (list_id);

CREATE TEMP TABLE old_totals AS
  SELECT batch_id, json_group_array(json_array(connection, table_name)) AS tables,
    sum(records_processed) AS records_processed, sum(records_deleted) AS records_deleted, sum(bytes) AS bytes
  FROM (SELECT * FROM sync_progress ORDER BY batch_id, connection, table_name) GROUP BY batch_id;
INSERT INTO table_lists (tables) SELECT DISTINCT tables FROM old_totals;
INSERT INTO batch_totals (batch_id, list_id, records_processed, records_deleted, bytes)
  SELECT o.batch_id, l.id, o.records_processed, o.records_deleted, o.bytes
  FROM old_totals o JOIN table_lists l ON l.tables = o.tables;
DROP TABLE old_totals;
`;
