import type {
  BatchRow,
  ConnectionTestStep,
  LeaseHolder,
  LogRow,
  ScheduleView,
  TableName,
  TableOutcome,
  TableRow,
} from '../shared/contract.ts';
import type { ConnectionSettings, NotificationSettings, Settings } from '../shared/settings.ts';
import type { BatchTrigger, Strategy } from '../shared/status.ts';
import type { VerifiedRow, VerifyReport } from '../shared/verify.ts';
import type { OutOfReach } from './batch/outOfReach.ts';
import type { PruneReport } from './journal/prune.ts';
import type { EngineListener } from './ports.ts';
import type { Standing } from './standing/standing.ts';

/** Which tables a batch covers and how. Names may be table or model names; empty means all. */
export interface SyncAllRequest {
  readonly trigger: BatchTrigger;
  readonly connections?: readonly string[];
  readonly tables?: readonly string[];
  readonly strategy?: Strategy;
  readonly allowDeletes?: boolean;
  /** Connections whose source may be another database than before (a server was replaced on purpose). */
  readonly acceptSources?: readonly string[];
  /** The planned run that this batch is: noted as done in the moment in which the batch begins. */
  readonly schedule?: { readonly schedule: string; readonly dueAt: string };
}

/** How a run is stopped from outside, and whether it waits for another runner to end. */
export interface RunControl {
  /** Aborted: stop at the next chunk border, and record `interrupted (reason)`. The reason is an InterruptionReason. */
  readonly stop?: AbortSignal;
  /** Aborted: stop at once; the chunk under way is rolled back. */
  readonly halt?: AbortSignal;
  /** Wait for the lease instead of failing with `lease_held`. */
  readonly wait?: boolean;
}

export interface ResumeRequest {
  readonly trigger: BatchTrigger;
  /** Only these of the batch's tables; all that are not done, where absent. */
  readonly tables?: readonly { readonly connection: string; readonly table: string }[];
  readonly allowDeletes?: boolean;
  readonly acceptSources?: readonly string[];
}

/** What a resume did. A completed batch is left as it is. */
export type ResumeOutcome =
  | { readonly kind: 'ran'; readonly batch: BatchRow }
  | { readonly kind: 'already_completed'; readonly batch: BatchRow };

export interface SyncTableRequest {
  readonly trigger: BatchTrigger;
  /** Table or model name. */
  readonly table: string;
  readonly connection: string;
  /** Runs the table as part of this batch, and counts there; without it no batch is made. */
  readonly batchId?: string;
  readonly strategy?: Strategy;
  readonly allowDeletes?: boolean;
}

/** Which tables are compared at both ends. Names may be table or model names; empty means all. */
export interface VerifyRequest {
  readonly trigger: BatchTrigger;
  readonly connections?: readonly string[];
  readonly tables?: readonly string[];
  /** Only these, by their names in the journal; in place of connections and tables. */
  readonly only?: readonly TableName[];
  /** Mends what differs. */
  readonly repair?: boolean;
  readonly allowDeletes?: boolean;
}

/** The one door to everything: tray, CLI, agent and tests use the engine through it. */
export interface Engine extends AsyncDisposable {
  /** The file name under which a damaged journal was set aside when the engine opened it; null if all was well. */
  readonly journalSetAside: string | null;
  /**
   * Runs a new batch to its end.
   *
   * @throws UsageError `no_connections`, `connection_unknown`, `table_unknown`, `lease_held`
   */
  syncAll(request: SyncAllRequest, control?: RunControl): Promise<BatchRow>;
  /**
   * Goes on with a batch under its id: completed tables are left alone, failed and pending ones run,
   * one in progress goes on from its checkpoint.
   *
   * @throws UsageError `batch_unknown`, `batch_running`, `lease_held`
   */
  resume(batchId: string, request: ResumeRequest, control?: RunControl): Promise<ResumeOutcome>;
  /**
   * Runs one table.
   *
   * @throws UsageError `connection_unknown`, `table_unknown`, `batch_unknown`, `table_not_in_batch`, `lease_held`
   */
  syncTable(request: SyncTableRequest, control?: RunControl): Promise<TableOutcome>;
  /**
   * Compares tables at both ends by digests, and mends those that differ where that was asked for. Makes no
   * batch; the journal keeps the last result of each table.
   *
   * @throws UsageError `no_connections`, `connection_unknown`, `table_unknown`, `no_tables`, `lease_held`
   */
  verify(request: VerifyRequest, control?: RunControl): Promise<VerifyReport>;
  /**
   * Removes old batches from the journal, as the settings' `retention` says; the last success of every table stays.
   * This happens after each run too. It needs no lease: it may go on beside a run of another process.
   */
  prune(request?: { readonly dryRun?: boolean }): Promise<PruneReport>;
  /** The last verify of every table; of one connection or all. */
  verifications(connection?: string): readonly VerifiedRow[];

  /** @throws UsageError `batch_unknown`, with the nearest id */
  batch(batchId: string): { readonly batch: BatchRow; readonly tables: readonly TableRow[] };
  /** The latest batch, or null where none has run. */
  latestBatch(): { readonly batch: BatchRow; readonly tables: readonly TableRow[] } | null;
  /** One table's runs, latest first. */
  pastRuns(connection: string, table: string, limit: number): readonly TableRow[];
  /**
   * Up to when central has everything of the enabled connections: the oldest moment as of which any of their tables
   * was read. Null where one of them has never been copied.
   */
  upTo(): string | null;
  /** What is open, differs or was never copied, of every table that the settings select. */
  standing(): Standing;
  /** Latest first. */
  batches(limit: number): readonly BatchRow[];
  /** The schedules of the settings, with what is planned and what was done. */
  schedules(): readonly ScheduleView[];
  /** The event log, oldest first. */
  log(filter?: { readonly batchId?: string; readonly limit?: number }): readonly LogRow[];
  /** Who runs now, or null. */
  holder(): LeaseHolder | null;

  /** Tries a connection (or `central`) step by step; never throws for what the network or server says. */
  testConnection(
    connection: ConnectionSettings | 'central',
    stop?: AbortSignal,
  ): Promise<readonly ConnectionTestStep[]>;
  /**
   * The tables of a configured connection that the settings select.
   *
   * @throws UsageError `connection_unknown`; SyncFailure where the source cannot be read
   */
  listTables(
    connectionId: string,
  ): Promise<readonly { readonly table: string; readonly estimatedRows: number }[]>;

  /**
   * Signs in to central and to the sources of some connections (of all enabled ones where none is named).
   *
   * @returns the first that cannot be used now; null where all answer
   * @throws UsageError `connection_unknown`, `no_connections`
   */
  outOfReach(connections: readonly string[]): Promise<OutOfReach | null>;
  /**
   * Looks at the servers of all enabled connections and notes their runs, so that a restore is noticed later.
   *
   * @returns whether all of them answered
   */
  noteServerRuns(): Promise<boolean>;
  /** The name by which people know a connection; its id where it has none. */
  label(connection: string): string;
  /** Which notifications the settings want, and where. */
  notifications(): NotificationSettings;
  /** Takes other settings for whatever begins from now on; a run under way keeps those that it began with. */
  useSettings(settings: Settings): void;

  /** Returns the function that takes the listener off again. A listener that throws is logged and ignored. */
  on(listener: EngineListener): () => void;
}
