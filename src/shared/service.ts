import type { BatchRow, EngineEvent, LeaseHolder, TableName } from './contract.ts';
import type { ErrorParams, FailureDetail, UsageCode } from './errors.ts';

/**
 * What a person says that this computer is, where there is a copy of its data folder: `keep`, it takes the place of the
 * other one; `new`, both work, and this one is an installation of its own.
 */
export type CopyAnswer = 'keep' | 'new';

/** A refusal as data, for whoever shows it: see UsageError. */
export interface Refusal {
  readonly code: UsageCode;
  readonly params: ErrorParams;
}

/** What the service is doing at this moment. Times are ISO 8601 in UTC. */
export type ServiceActivity =
  | { readonly kind: 'idle' }
  /** A run begins: the sources are looked at. */
  | { readonly kind: 'starting' }
  | { readonly kind: 'running'; readonly batchId: string }
  | { readonly kind: 'verifying' }
  /** Another process runs a sync with the same user-data folder. */
  | { readonly kind: 'waiting_lease'; readonly holder: LeaseHolder | null }
  /** Something is left to do, and a database does not answer. */
  | {
      readonly kind: 'waiting_database';
      /** Null for central. */
      readonly connection: string | null;
      readonly failure: FailureDetail;
      readonly since: string;
      readonly nextAttemptAt: string;
    };

/** Schedules and resuming by itself stand still; what a person asks for runs all the same. */
export interface Pause {
  readonly since: string;
  /** Null until a person ends it. */
  readonly until: string | null;
}

/**
 * A batch that did not end well, with tables that nothing has completed since. A table that several such batches left
 * counts in the newest of them alone. Tables that the settings no longer select do not count.
 */
export interface Attention {
  readonly batch: BatchRow;
  /** Tables that failed and are not tried again without a person. */
  readonly failed: readonly TableName[];
  /** Tables that failed and are tried again by themselves. */
  readonly retrying: readonly TableName[];
  /** All of its open tables: also those that it was stopped before. */
  readonly openTables: number;
  /** Whether all of them are gone on with by itself: nothing needs a person. */
  readonly resumesAlone: boolean;
}

/** A table that is known not to be the same at head office as at the branch. */
export interface Difference extends TableName {
  /** When a verify found it first. */
  readonly since: string;
  /** Branches that share the table have the same keys; see {@link collidingRows}. A repair would not last. */
  readonly collides: boolean;
  /** Why it could not be repaired; null where that was not tried since. */
  readonly failure: FailureDetail | null;
}

/** A table that the branch has dropped or renamed; head office keeps its rows as they were. */
export interface LeftBehind extends TableName {
  /** When a batch missed it first. */
  readonly since: string;
}

/** A connection that the settings no longer have, renamed or removed; head office keeps the rows of its tables. */
export interface FormerConnection {
  readonly connection: string;
  /** Where its tables lie at head office; null where that is not recorded there. */
  readonly schema: string | null;
  /** When a batch noticed it first. */
  readonly since: string;
}

export interface ServiceStatus {
  readonly activity: ServiceActivity;
  readonly pause: Pause | null;
  /** The next scheduled run; null where there is none, or a pause without end. */
  readonly next: { readonly schedule: string; readonly at: string } | null;
  /** The latest first. */
  readonly attention: readonly Attention[];
  /** Tables that the settings select and that are known to differ, by connection and name. */
  readonly differing: readonly Difference[];
  /** Tables that the settings select, that were copied, and that the branch no longer has, by connection and name. */
  readonly leftBehind: readonly LeftBehind[];
  /** Connections that are not in the settings and that head office has rows of, copied by this installation. */
  readonly formerConnections: readonly FormerConnection[];
  /** Enabled connections whose known differences were lost with the journal, and that were not compared since. */
  readonly compareDue: readonly string[];
  /** Enabled connections of which no table has ever been copied, in the order of the settings. */
  readonly neverCopied: readonly string[];
  /** How many connections are enabled. */
  readonly connections: number;
  /**
   * Why the service cannot work (no settings yet, a folder that cannot be written), or goes on with the settings
   * from before (the file has a mistake); null where all is well.
   */
  readonly refusal: Refusal | null;
}

/** What the service tells besides what its engine does. */
export type ServiceEvent =
  | EngineEvent
  | { readonly type: 'status'; readonly status: ServiceStatus }
  /** The file was changed, and its settings are in force. */
  | { readonly type: 'settings_changed' }
  /** See {@link ServiceStatus.refusal}. */
  | { readonly type: 'refused'; readonly refusal: Refusal }
  /** A damaged journal was set aside when the service opened it. */
  | { readonly type: 'journal_set_aside'; readonly file: string }
  /** A planned run did not take place at its time, and takes place now. */
  | { readonly type: 'run_missed'; readonly schedule: string; readonly dueAt: string }
  /** A planned run could not even begin. */
  | {
      readonly type: 'run_refused';
      readonly schedule: string;
      readonly dueAt: string;
      readonly refusal: Refusal;
    }
  /** A batch is not resumed any more without a person. */
  | { readonly type: 'gave_up'; readonly batchId: string; readonly attempts: number }
  /**
   * No table of these connections has been completed for so long: `since` is the last that was, or when the service
   * first saw the connection, and of several connections the latest of these moments.
   */
  | {
      readonly type: 'no_success';
      readonly connections: readonly string[];
      readonly since: string;
      readonly hours: number;
    }
  /** A verify found that these tables differ, and has mended them, as the settings want it. */
  | { readonly type: 'differences_mended'; readonly tables: readonly TableName[] };

/** When a morning begins. */
const MORNING_HOUR = 6;

/** When a pause that begins now ends; null where a person ends it. */
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
