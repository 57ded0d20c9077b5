import type { FailureDetail } from './errors.ts';

/** What a verify of one table found. */
export const VerifyResult = {
  /** The same at both ends, every column of every row. */
  Equal: 'equal',
  /** What differs has changed at the branch since the last sync, or that sync has not come to its end. */
  Behind: 'behind',
  Differs: 'differs',
  /** It differed, was mended, and is the same now. */
  Repaired: 'repaired',
  /** It could not be compared: {@link VerifyRow.reason} says why. */
  NotCompared: 'not_compared',
  Failed: 'failed',
} as const;
export type VerifyResult = (typeof VerifyResult)[keyof typeof VerifyResult];

/** Why a table could not be compared. */
export const NotComparedReason = {
  SourceTableMissing: 'source_table_missing',
  NeverSynced: 'never_synced',
  /** Rows without a key in a table that other branches write to. */
  NoKeyShared: 'no_key_shared',
  /** All that could be compared is equal, but some columns could not. */
  ColumnsLeftOut: 'columns_left_out',
} as const;
export type NotComparedReason = (typeof NotComparedReason)[keyof typeof NotComparedReason];

/** A range of keys that is not the same on both sides. */
export interface DifferingRange {
  /** First and last key; null is open, and both where the key is not one number. */
  readonly from: string | null;
  readonly to: string | null;
  readonly source_rows: number;
  readonly central_rows: number;
}

/** The last verify of a table. Times are ISO 8601 in UTC; counts are null where they were not looked at. */
export interface VerifyRow {
  readonly connection: string;
  readonly table_name: string;
  readonly model_name: string;
  readonly result: VerifyResult;
  readonly checked_at: string;
  /** The table was found so as of this moment at the branch. */
  readonly source_snapshot_at: string | null;
  readonly source_rows: number | null;
  readonly central_rows: number | null;
  /** Into how many ranges it was cut, and those that differ (the first 100 of `differing_ranges`). */
  readonly buckets: number;
  readonly differing_ranges: number;
  readonly differing: readonly DifferingRange[];
  /** Single rows, where few enough differ to look at them. */
  readonly missing_rows: number | null;
  readonly extra_rows: number | null;
  readonly different_rows: number | null;
  /** Of missing and different rows, those changed at the branch since the last sync. */
  readonly newer_rows: number | null;
  /** The other connections that write the same table, whose rows cannot be told from this one's (layout `merge`). */
  readonly shared_with: readonly string[];
  /** In such a table: rows of this key with other contents, older than the last sync. */
  readonly collisions: number | null;
  /** Keys of rows that differ and are not newer: up to five, or twenty of a table that others write, too. */
  readonly examples: readonly (readonly string[])[];
  readonly left_out: readonly string[];
  /** What `--repair` did. */
  readonly repaired_rows: number;
  readonly repaired_deletes: number;
  readonly repaired_bytes: number;
  readonly reason: NotComparedReason | null;
  readonly failure: FailureDetail | null;
  readonly duration_seconds: number;
}

/** The last verify of a table, as the journal keeps it. */
export interface VerifiedRow extends VerifyRow {
  /** The latest moment at the branch as of which the table was the same at both ends. */
  readonly proved_at: string | null;
  /**
   * Since when it is known to differ; null where nothing says so. It outlives a verify that could not compare, and
   * ends with one that proves the table equal, with a repair, and with a pass that compares or sends all rows.
   */
  readonly differs_since: string | null;
}

/** What a verify of several tables found. */
export interface VerifyReport {
  readonly tables: readonly VerifyRow[];
  /** It was stopped before all tables had been looked at. */
  readonly interrupted: boolean;
}

/** Whether all that differs has changed at the branch since the last sync: the next sync brings it. */
export function isExplained(row: VerifyRow): boolean {
  const { result, missing_rows, different_rows, extra_rows, newer_rows } = row;
  if (result !== VerifyResult.Behind || missing_rows === null) return false;
  return extra_rows === 0 && newer_rows === missing_rows + (different_rows ?? 0);
}

/**
 * Rows of a table that other branches write, too, that have other contents than at the branch: another branch has the
 * same keys, or somebody has changed them. Which of both, nothing says, and to send them again might overwrite the other
 * branch, which then does the same.
 */
export function collidingRows({ result, shared_with, collisions, different_rows }: VerifyRow): number {
  if (result !== VerifyResult.Differs || shared_with.length === 0) return 0;
  return collisions ?? different_rows ?? 0;
}

/** Whether a repair can mend anything of a table. Where other branches write, too, it sends only what is missing. */
export function isMendable({ result, shared_with, missing_rows }: VerifyRow): boolean {
  return result === VerifyResult.Differs && (shared_with.length === 0 || (missing_rows ?? 0) > 0);
}

/** Whether nothing is left to do about a table. */
export function isProved(row: VerifyRow): boolean {
  return row.result === VerifyResult.Equal || row.result === VerifyResult.Repaired;
}
