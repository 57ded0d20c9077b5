import type { BatchRow, EngineEvent, LeaseHolder, TableName } from './contract.ts';
import type { ErrorParams, FailureDetail, UsageCode } from './errors.ts';
import type { HookStanding } from './hooks.ts';

/**
 * A person's answer after the data folder was copied. `keep`: this computer replaces the other one. `new`:
 * both keep working, and this one becomes a separate installation.
 */
export type CopyAnswer = 'keep' | 'new';

/** A refusal as data, for display: see UsageError. */
export interface Refusal {
  readonly code: UsageCode;
  readonly params: ErrorParams;
}

/** What the service is doing now. Times are ISO 8601 in UTC. */
export type ServiceActivity =
  | { readonly kind: 'idle' }
  /** A run begins: it reads the sources' catalogues. */
  | { readonly kind: 'starting' }
  | { readonly kind: 'running'; readonly batchId: string }
  /** What the settings run after a batch. */
  | { readonly kind: 'after_batch'; readonly hook: string }
  | { readonly kind: 'verifying' }
  /** A branch's tables are written into a file. */
  | { readonly kind: 'exporting' }
  /** Another process runs a sync with the same user-data folder. */
  | { readonly kind: 'waiting_lease'; readonly holder: LeaseHolder | null }
  /** There is work to do, but a database does not answer. */
  | {
      readonly kind: 'waiting_database';
      /** Null for central. */
      readonly connection: string | null;
      readonly failure: FailureDetail;
      readonly since: string;
      readonly nextAttemptAt: string;
    };

/** Stops schedules and automatic resumes; runs that a person requests still happen. */
export interface Pause {
  readonly since: string;
  /** Null: until a person ends it. */
  readonly until: string | null;
}

/**
 * A batch that did not end well, with tables that no later batch completed. A table left by several batches
 * counts only in the newest one; a table that the settings no longer select does not count.
 */
export interface Attention {
  readonly batch: BatchRow;
  /** Failed tables that are not retried automatically. */
  readonly failed: readonly TableName[];
  /** Those of them that wait for a person's answer, such as whether rows may be deleted. */
  readonly asking: readonly TableName[];
  /** Failed tables that are retried automatically. */
  readonly retrying: readonly TableName[];
  /** Number of all unfinished tables, including those not started. */
  readonly openTables: number;
  /** Whether all of it is resumed automatically, so that no person is needed. */
  readonly resumesAlone: boolean;
}

/** A table known to differ between head office and the branch. */
export interface Difference extends TableName {
  /** When a verify first found it. */
  readonly since: string;
  /** Branches that share the table use the same keys, so a repair would not last; see {@link collidingRows}. */
  readonly collides: boolean;
  /** Why the repair failed; null if none was tried since. */
  readonly failure: FailureDetail | null;
}

/** A table that the branch has dropped or renamed; head office keeps its old rows. */
export interface LeftBehind extends TableName {
  /** When a batch first missed it. */
  readonly since: string;
}

/** A connection that is no longer in the settings (renamed or removed); head office keeps its rows. */
export interface FormerConnection {
  readonly connection: string;
  /** The schema of its tables at head office; null if that is not recorded there. */
  readonly schema: string | null;
  /** When a batch first noticed it. */
  readonly since: string;
}

export interface ServiceStatus {
  readonly activity: ServiceActivity;
  readonly pause: Pause | null;
  /** The next scheduled run; null if there is none, or during a pause without an end. */
  readonly next: { readonly schedule: string; readonly at: string } | null;
  /** Latest first. */
  readonly attention: readonly Attention[];
  /** Selected tables known to differ, sorted by connection and name. */
  readonly differing: readonly Difference[];
  /** Selected tables that were copied but no longer exist at the branch, sorted by connection and name. */
  readonly leftBehind: readonly LeftBehind[];
  /** Connections that are no longer in the settings, with rows at head office that this installation copied. */
  readonly formerConnections: readonly FormerConnection[];
  /** Enabled connections whose known differences were lost with the journal and that were not compared since. */
  readonly compareDue: readonly string[];
  /** Enabled connections without any copied table, in the settings' order. */
  readonly neverCopied: readonly string[];
  /** What the settings run after a batch, in their order. */
  readonly hooks: readonly HookStanding[];
  /** Number of enabled connections. */
  readonly connections: number;
  /**
   * Why the service cannot work (no settings, a folder that cannot be written), or keeps using the previous
   * settings (the file has an error); null if all is well.
   */
  readonly refusal: Refusal | null;
}

/** Events of the service, including its engine's. */
export type ServiceEvent =
  | EngineEvent
  | { readonly type: 'status'; readonly status: ServiceStatus }
  /** The settings file was changed and is in force. */
  | { readonly type: 'settings_changed' }
  /** See {@link ServiceStatus.refusal}. */
  | { readonly type: 'refused'; readonly refusal: Refusal }
  /** A damaged journal was set aside when the service opened it. */
  | { readonly type: 'journal_set_aside'; readonly file: string }
  /** A scheduled run was missed and takes place now. */
  | { readonly type: 'run_missed'; readonly schedule: string; readonly dueAt: string }
  /** A scheduled run could not begin. */
  | {
      readonly type: 'run_refused';
      readonly schedule: string;
      readonly dueAt: string;
      readonly refusal: Refusal;
    }
  /** A batch is no longer resumed automatically. */
  | { readonly type: 'gave_up'; readonly batchId: string; readonly attempts: number }
  /**
   * No table of these connections has been completed for too long. `since` is the last completion, or when
   * the service first saw the connection; for several connections, the latest of these times.
   */
  | {
      readonly type: 'no_success';
      readonly connections: readonly string[];
      readonly since: string;
      readonly hours: number;
    }
  /** A verify found differences in these tables and repaired them, as the settings ask. */
  | { readonly type: 'differences_mended'; readonly tables: readonly TableName[] };

/** The hour at which "tomorrow" begins. */
const MORNING_HOUR = 6;

/** When a pause that begins now ends; null: when a person ends it. */
export function pauseEnd(length: 'hour' | 'tomorrow' | 'open', now: Date): Date | null {
  switch (length) {
    case 'open':
      return null;
    case 'hour':
      return new Date(now.getTime() + 3_600_000);
    case 'tomorrow':
      return new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, MORNING_HOUR);
  }
}
