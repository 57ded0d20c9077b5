/**
 * The first schema.
 *
 * Rowids are relied on: `sync_batches` and `sync_progress` are read in the order of insertion (start of
 * the batch, place in the plan), which a clock set back cannot disturb. Strategies are not checked here,
 * because each release adds some and a CHECK can only be changed by copying the table.
 */
export const initial = `
CREATE TABLE sync_batches (
  batch_id            TEXT PRIMARY KEY,
  status              TEXT NOT NULL CHECK (status IN ('running', 'completed', 'failed', 'interrupted')),
  "trigger"           TEXT NOT NULL CHECK ("trigger" IN ('cli', 'tray', 'schedule', 'agent')),
  total_tables        INTEGER NOT NULL,
  completed_tables    INTEGER NOT NULL DEFAULT 0 CHECK (completed_tables >= 0),
  failed_tables       INTEGER NOT NULL DEFAULT 0 CHECK (failed_tables >= 0),
  skipped_tables      INTEGER NOT NULL DEFAULT 0 CHECK (skipped_tables >= 0),
  options             TEXT NOT NULL CHECK (json_valid(options)),
  interruption_reason TEXT CHECK (
    interruption_reason IN ('crash', 'shutdown', 'user', 'lost_lease', 'superseded')
  ),
  resume_count        INTEGER NOT NULL DEFAULT 0,
  started_at          TEXT NOT NULL,
  ended_at            TEXT,
  duration_seconds    REAL,
  CHECK (completed_tables + failed_tables + skipped_tables <= total_tables),
  CHECK ((status = 'interrupted') = (interruption_reason IS NOT NULL)),
  CHECK ((status = 'running') = (ended_at IS NULL))
) STRICT;

CREATE UNIQUE INDEX sync_batches_one_running ON sync_batches (status) WHERE status = 'running';
CREATE INDEX sync_batches_status ON sync_batches (status);

CREATE TABLE sync_progress (
  batch_id           TEXT NOT NULL REFERENCES sync_batches ON DELETE CASCADE,
  connection         TEXT NOT NULL,
  table_name         TEXT NOT NULL,
  model_name         TEXT NOT NULL,
  strategy           TEXT,
  status             TEXT NOT NULL
    CHECK (status IN ('pending', 'in_progress', 'completed', 'failed', 'skipped')),
  records_processed  INTEGER NOT NULL DEFAULT 0 CHECK (records_processed >= 0),
  records_skipped    INTEGER NOT NULL DEFAULT 0 CHECK (records_skipped >= 0),
  records_deleted    INTEGER NOT NULL DEFAULT 0 CHECK (records_deleted >= 0),
  bytes              INTEGER NOT NULL DEFAULT 0 CHECK (bytes >= 0),
  estimated_rows     INTEGER,
  checkpoint         TEXT,
  source_snapshot_at TEXT,
  error_code         TEXT,
  error_message      TEXT,
  error_detail       TEXT CHECK (error_detail IS NULL OR json_valid(error_detail)),
  retry_count        INTEGER NOT NULL DEFAULT 0,
  started_at         TEXT,
  ended_at           TEXT,
  duration_seconds   REAL,
  PRIMARY KEY (batch_id, connection, table_name),
  CHECK ((status IN ('completed', 'failed', 'skipped')) = (ended_at IS NOT NULL)),
  CHECK ((status = 'failed') = (error_code IS NOT NULL))
) STRICT;

-- One table's past, newest last: last success, freshness, what it usually takes.
CREATE INDEX sync_progress_table ON sync_progress (connection, table_name);

-- The audit trail. It outlives its batches, so it holds no foreign key. Rows leave by pruning only.
CREATE TABLE event_log (
  id         INTEGER PRIMARY KEY,
  at         TEXT NOT NULL,
  batch_id   TEXT,
  connection TEXT,
  table_name TEXT,
  event      TEXT NOT NULL,
  detail     TEXT NOT NULL CHECK (json_valid(detail))
) STRICT;

CREATE INDEX event_log_batch ON event_log (batch_id);

CREATE TRIGGER event_log_append_only BEFORE UPDATE ON event_log
BEGIN
  SELECT RAISE(ABORT, 'event_log is append-only');
END;

-- The last verify of each table, by digests of its ranges. proved_at outlives a later verify that fails.
CREATE TABLE range_digests (
  connection         TEXT NOT NULL,
  table_name         TEXT NOT NULL,
  result             TEXT NOT NULL
    CHECK (result IN ('equal', 'behind', 'differs', 'repaired', 'not_compared', 'failed')),
  checked_at         TEXT NOT NULL,
  source_snapshot_at TEXT,
  source_rows        INTEGER,
  central_rows       INTEGER,
  -- The latest moment as of which the table was the same at both ends.
  proved_at          TEXT,
  -- The differing ranges, and what else VerifyRow has.
  detail             TEXT NOT NULL CHECK (json_valid(detail)),
  PRIMARY KEY (connection, table_name)
) STRICT;

CREATE TABLE schedule_runs (
  schedule_id TEXT PRIMARY KEY,
  due_at      TEXT NOT NULL,
  ran_at      TEXT NOT NULL,
  batch_id    TEXT
) STRICT;

CREATE TABLE outbox (
  id              INTEGER PRIMARY KEY,
  channel         TEXT NOT NULL,
  payload         TEXT NOT NULL CHECK (json_valid(payload)),
  created_at      TEXT NOT NULL,
  attempts        INTEGER NOT NULL DEFAULT 0,
  next_attempt_at TEXT NOT NULL,
  delivered_at    TEXT
) STRICT;

CREATE INDEX outbox_due ON outbox (next_attempt_at) WHERE delivered_at IS NULL;

-- Who holds the lease, for display alone: the lease is the lock on lease.db.
CREATE TABLE lease_holder (
  one      INTEGER PRIMARY KEY CHECK (one = 1),
  pid      INTEGER NOT NULL,
  host     TEXT NOT NULL,
  face     TEXT NOT NULL,
  since    TEXT NOT NULL,
  batch_id TEXT
) STRICT;
`;
