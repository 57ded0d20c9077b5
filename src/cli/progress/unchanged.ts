import type { TableOutcome, TableRow } from '../../shared/contract.ts';
import { TableStatus } from '../../shared/status.ts';

/** In a batch of more tables, those in which nothing had changed are counted instead of listed. */
const LISTED_TABLES = 20;
/** What took longer is worth a line, also where nothing had changed. */
const LONG_SECONDS = 10;

/** Whether a batch is so large that its unchanged tables are summed up. */
export function sumsUp(tables: number): boolean {
  return tables > LISTED_TABLES;
}

/** Whether a table's run went well, in its first attempt, without moving a row. */
export function isUnchangedRow(row: TableRow): boolean {
  const { status, records_processed, records_deleted, retry_count, duration_seconds } = row;
  return (
    status === TableStatus.Completed &&
    records_processed + records_deleted + retry_count === 0 &&
    (duration_seconds ?? 0) < LONG_SECONDS
  );
}

/** As {@link isUnchangedRow}, of a run that has just ended. */
export function isUnchanged({ status, processed, deleted, durationSeconds }: TableOutcome): boolean {
  return status === TableStatus.Completed && processed + deleted === 0 && durationSeconds < LONG_SECONDS;
}
