/**
 * All recent runs of a schedule instead of the last alone: a clock that was set back comes by the same
 * planned times again, and only the times themselves say what was done. Ids follow the order of insertion.
 */
export const schedules = `
ALTER TABLE schedule_runs RENAME TO schedule_runs_old;

CREATE TABLE schedule_runs (
  id          INTEGER PRIMARY KEY,
  schedule_id TEXT NOT NULL,
  -- As planned, without jitter.
  due_at      TEXT NOT NULL,
  ran_at      TEXT NOT NULL,
  batch_id    TEXT,
  outcome     TEXT NOT NULL CHECK (outcome IN ('ran', 'skipped')),
  UNIQUE (schedule_id, due_at)
) STRICT;

INSERT INTO schedule_runs (schedule_id, due_at, ran_at, batch_id, outcome)
  SELECT schedule_id, due_at, ran_at, batch_id, 'ran' FROM schedule_runs_old;
DROP TABLE schedule_runs_old;

CREATE INDEX schedule_runs_latest ON schedule_runs (schedule_id, id);

-- Since when a schedule stands as it is: what was planned before was not missed.
CREATE TABLE schedules_seen (
  schedule_id   TEXT PRIMARY KEY,
  definition    TEXT NOT NULL,
  first_seen_at TEXT NOT NULL
) STRICT;
`;
