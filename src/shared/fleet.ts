/*
 * How branches stand, as head office's tables say: rows of the view `branchline.branch_health`, and of the tables beside
 * it. Everything in them was written by a branch.
 */

/** States of a branch with how serious they are: 0 fine, 1 warning, 2 critical, 3 unknown, as monitoring counts. */
export const BRANCH_STATES = {
  ok: 0,
  running: 0,
  interrupted: 1,
  differs: 1,
  attention: 1,
  late: 2,
  failed: 2,
  unknown: 3,
} as const;
export type BranchState = keyof typeof BRANCH_STATES;

/** Why a branch has its state, in order of precedence: the first condition that holds counts. */
export const BRANCH_REASONS = [
  'not_reporting',
  'nothing_copied',
  'tables_failed',
  'never_copied',
  'no_success',
  'overdue',
  'interrupted',
  'tables_differ',
  'clock_wrong',
  'running',
  'up_to_date',
] as const;
export type BranchReason = (typeof BRANCH_REASONS)[number];

/** A branch as head office sees it: a row of `branchline.branch_health`. Times are ISO 8601. */
export interface FleetBranch {
  readonly connection: string;
  readonly label: string;
  readonly state: BranchState;
  /** 0 fine, 1 warning, 2 critical, 3 unknown. */
  readonly severity: number;
  readonly reason_code: BranchReason;
  /** In English. */
  readonly reason: string;
  readonly since: string | null;
  readonly late: boolean;
  readonly at_work: boolean;
  readonly up_to: string | null;
  readonly last_seen: string | null;
  readonly next_run: string | null;
  readonly host: string | null;
  readonly version: string | null;
  readonly clock_skew_seconds: number | null;
  readonly tables: number | null;
  readonly failed_tables: number | null;
  readonly differing_tables: number | null;
  readonly failed_names: string | null;
  readonly last_batch: string | null;
  readonly last_status: string | null;
  readonly last_reason: string | null;
  readonly last_batch_at: string | null;
  readonly batch_error: string | null;
}

/** A row of `branchline.sync_batches`. */
export interface FleetBatch {
  readonly batch_id: string;
  readonly status: string;
  readonly interruption_reason: string | null;
  readonly trigger: string;
  readonly started_at: string;
  readonly ended_at: string;
  readonly total_tables: number;
  readonly completed_tables: number;
  readonly failed_tables: number;
  readonly skipped_tables: number;
  readonly records_processed: number;
  readonly records_deleted: number;
  readonly bytes: number;
  readonly error_code: string | null;
}

/** A row of `branchline.sync_progress`: a table that failed or changed rows. */
export interface FleetTable {
  readonly batch_id: string;
  readonly table_name: string;
  readonly status: string;
  readonly strategy: string | null;
  readonly records_processed: number;
  readonly records_deleted: number;
  readonly bytes: number;
  readonly error_code: string | null;
  readonly ended_at: string;
}

/** What a branch did on one day. A tuple, because there are tens of thousands of them. */
export type FleetDay = readonly [
  /** Index in the list of days. */
  day: number,
  batches: number,
  failed: number,
  interrupted: number,
  rows: number,
  bytes: number,
];
