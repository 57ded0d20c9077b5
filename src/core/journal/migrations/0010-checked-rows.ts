/** How many rows a batch found already the same, so that a list of batches can say how many it checked. */
export const checkedRows = `
ALTER TABLE batch_totals ADD COLUMN records_skipped INTEGER NOT NULL DEFAULT 0;

UPDATE batch_totals SET records_skipped =
  (SELECT coalesce(sum(p.records_skipped), 0) FROM sync_progress p WHERE p.batch_id = batch_totals.batch_id);
`;
