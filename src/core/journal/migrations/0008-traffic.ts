/**
 * What went over the link to head office. Null in rows from before: nobody counted, and 0 would be a claim. Adding to
 * null leaves null, so a batch from before that is resumed stays unknown.
 */
export const traffic = `
ALTER TABLE sync_batches ADD COLUMN sent_bytes INTEGER CHECK (sent_bytes >= 0);
ALTER TABLE sync_batches ADD COLUMN received_bytes INTEGER CHECK (received_bytes >= 0);
ALTER TABLE sync_batches ADD COLUMN sent_plain_bytes INTEGER CHECK (sent_plain_bytes >= 0);
ALTER TABLE sync_batches ADD COLUMN received_plain_bytes INTEGER CHECK (received_plain_bytes >= 0);
ALTER TABLE sync_progress ADD COLUMN sent_bytes INTEGER CHECK (sent_bytes >= 0);
ALTER TABLE sync_progress ADD COLUMN received_bytes INTEGER CHECK (received_bytes >= 0);
ALTER TABLE sync_progress ADD COLUMN sent_plain_bytes INTEGER CHECK (sent_plain_bytes >= 0);
ALTER TABLE sync_progress ADD COLUMN received_plain_bytes INTEGER CHECK (received_plain_bytes >= 0);

-- Sums of calendar months in this computer's time zone. Pruning leaves them. The row whose connection and table are
-- empty has everything, also what belongs to no table; the others are parts of it.
CREATE TABLE traffic_months (
  month                TEXT NOT NULL,
  connection           TEXT NOT NULL,
  table_name           TEXT NOT NULL,
  sent_bytes           INTEGER NOT NULL DEFAULT 0,
  received_bytes       INTEGER NOT NULL DEFAULT 0,
  sent_plain_bytes     INTEGER NOT NULL DEFAULT 0,
  received_plain_bytes INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (connection, table_name, month)
) STRICT, WITHOUT ROWID;
`;
