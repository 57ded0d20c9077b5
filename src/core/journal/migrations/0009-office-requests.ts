/**
 * What head office has asked for (docs/requests.md). An accepted request stays until nobody can send it again, so that
 * it is never carried out twice.
 */
export const officeRequests = `
CREATE TABLE office_requests (
  -- The signed id of an accepted request; a digest of the whole row of a refused one, whose id proves nothing.
  key        TEXT PRIMARY KEY,
  connection TEXT NOT NULL,
  -- The id of its row at head office.
  row_id     TEXT NOT NULL,
  -- 'begun' is on the disk before anything is done.
  state      TEXT NOT NULL CHECK (state IN ('accepted', 'begun', 'done', 'failed', 'refused')),
  code       TEXT,
  batch_id   TEXT,
  -- As it was signed, and by which key; null in a refused one.
  request    TEXT,
  key_name   TEXT,
  expires_at TEXT NOT NULL,
  at         TEXT NOT NULL,
  ended_at   TEXT,
  -- The state that its row at head office has; null before it has any of ours.
  told       TEXT,
  CHECK ((state IN ('accepted', 'begun')) = (ended_at IS NULL))
) STRICT;

CREATE INDEX office_requests_state ON office_requests (state);
`;
