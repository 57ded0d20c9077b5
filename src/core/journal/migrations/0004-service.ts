/** What the long-running service keeps between its lives. */
export const service = `
-- How often a batch was resumed without a person, and how far it was then: attempts that get nowhere are limited.
CREATE TABLE auto_resumes (
  batch_id TEXT PRIMARY KEY REFERENCES sync_batches ON DELETE CASCADE,
  attempts INTEGER NOT NULL,
  progress INTEGER NOT NULL,
  last_at  TEXT NOT NULL
) STRICT;

CREATE TABLE service_notes (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL CHECK (json_valid(value))
) STRICT;

-- Whether a table has succeeded since some moment.
CREATE INDEX sync_progress_success ON sync_progress (connection, table_name, ended_at) WHERE status = 'completed';
`;
