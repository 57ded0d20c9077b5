import type { FailureDetail } from './errors.ts';

/** What a verify of one table found. */
export const VerifyResult = {
  /** All columns of all rows are the same on both sides. */
  Equal: 'equal',
  /** The differences are changes at the branch since the last sync, or that sync is incomplete. */
  Behind: 'behind',
  Differs: 'differs',
  /** It differed, was repaired, and is now equal. */
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
  /** The table has no key, and other branches write to it too. */
  NoKeyShared: 'no_key_shared',
  /** Everything that could be compared is equal, but some columns could not. */
  ColumnsLeftOut: 'columns_left_out',
} as const;
export type NotComparedReason = (typeof NotComparedReason)[keyof typeof NotComparedReason];

/** A key range that differs between the sides. */
export interface DifferingRange {
  /** First and last key. Null means open; both are null if the key is not a single number. */
  readonly from: string | null;
  readonly to: string | null;
  readonly source_rows: number;
  readonly central_rows: number;
}

/** The last verify of a table. Times are ISO 8601 in UTC; counts are null if they were not determined. */
export interface VerifyRow {
  readonly connection: string;
  readonly table_name: string;
  readonly model_name: string;
  /** The source could not be read and no table was asked for by name: the row stands for all tables of the connection. */
  readonly all_tables: boolean;
  readonly result: VerifyResult;
  readonly checked_at: string;
  /** The result holds as of this moment at the branch. */
  readonly source_snapshot_at: string | null;
  readonly source_rows: number | null;
  readonly central_rows: number | null;
  /** Number of compared ranges, and those that differ (the first 100 of `differing_ranges`). */
  readonly buckets: number;
  readonly differing_ranges: number;
  readonly differing: readonly DifferingRange[];
  /** Counted row by row, if few enough differ. */
  readonly missing_rows: number | null;
  readonly extra_rows: number | null;
  readonly different_rows: number | null;
  /** Missing and different rows that changed at the branch since the last sync. */
  readonly newer_rows: number | null;
  /** Other connections that write the same table and whose rows cannot be told apart (layout `merge`). */
  readonly shared_with: readonly string[];
  /** In such a table: rows with the same key but other contents, older than the last sync. */
  readonly collisions: number | null;
  /** Keys of differing rows that are not newer: up to five, or twenty if other branches write the table too. */
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
  /** The latest moment at the branch for which the table was proved equal. */
  readonly proved_at: string | null;
  /**
   * Since when it is known to differ; null if it is not. A verify that could not compare keeps it; a verify
   * that proves the table equal, a repair, or a pass that compares or sends all rows clears it.
   */
  readonly differs_since: string | null;
}

/** What a verify of several tables found. */
export interface VerifyReport {
  readonly tables: readonly VerifyRow[];
  /** It was stopped before all tables were compared. */
  readonly interrupted: boolean;
}

/** Whether all differences are changes at the branch since the last sync, which the next sync brings. */
export function isExplained(row: VerifyRow): boolean {
  const { result, missing_rows, different_rows, extra_rows, newer_rows } = row;
  if (result !== VerifyResult.Behind || missing_rows === null) return false;
  return extra_rows === 0 && newer_rows === missing_rows + (different_rows ?? 0);
}

/**
 * Rows with other contents than at the branch, in a table that other branches write too. Either another
 * branch uses the same keys, or somebody changed the rows; nothing tells which. Sending them again might
 * overwrite the other branch's rows, and that branch would then do the same.
 */
export function collidingRows({ result, shared_with, collisions, different_rows }: VerifyRow): number {
  if (result !== VerifyResult.Differs || shared_with.length === 0) return 0;
  return collisions ?? different_rows ?? 0;
}

/**
 * Whether a repair can fix anything in a table. In a table that other branches write too, it only sends
 * missing rows.
 */
export function isMendable({ result, shared_with, missing_rows }: VerifyRow): boolean {
  return result === VerifyResult.Differs && (shared_with.length === 0 || (missing_rows ?? 0) > 0);
}

/** Whether a table needs no further action. */
export function isProved(row: VerifyRow): boolean {
  return row.result === VerifyResult.Equal || row.result === VerifyResult.Repaired;
}
