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
import type { DryRunReport } from '../shared/dryRun.ts';
import type { AskedByHeadOffice } from '../shared/officeRequests.ts';
import type { ConnectionSettings, NotificationSettings, Settings } from '../shared/settings.ts';
import type { BatchTrigger, Strategy } from '../shared/status.ts';
import type { MonthTraffic } from '../shared/traffic.ts';
import type { VerifiedRow, VerifyReport } from '../shared/verify.ts';
import type { OutOfReach } from './batch/outOfReach.ts';
import type { ExportReport } from './export/exportConnection.ts';
import type { PruneReport } from './journal/prune.ts';
import type { EngineListener } from './ports.ts';
import type { RunProgress } from './progress/runProgress.ts';
import type { Standing } from './standing/standing.ts';

/** Which tables a batch covers and how. Names may be table or model names; empty means all. */
export interface SyncAllRequest {
  readonly trigger: BatchTrigger;
  readonly connections?: readonly string[];
  readonly tables?: readonly string[];
  readonly strategy?: Strategy;
  readonly allowDeletes?: boolean;
  /** Connections whose source may be a different database than before (a server was replaced on purpose). */
  readonly acceptSources?: readonly string[];
  /** The planned run that this batch carries out. It is recorded as done at the moment when the batch begins. */
  readonly schedule?: { readonly schedule: string; readonly dueAt: string };
  /** Who at head office asked for it, for the history. */
  readonly askedBy?: AskedByHeadOffice;
}

/** Which tables to look at; names as in {@link SyncAllRequest}. */
export type DryRunRequest = Pick<SyncAllRequest, 'connections' | 'tables' | 'strategy' | 'allowDeletes'>;

/** How to stop a run from outside, and whether it waits for another run to end. */
export interface RunControl {
  /**
   * Aborting it stops the run at the next chunk border, recorded as `interrupted (reason)`. Its reason is an
   * InterruptionReason.
   */
  readonly stop?: AbortSignal;
  /** Aborting it stops the run at once and rolls back the current chunk. */
  readonly halt?: AbortSignal;
  /** Wait for the lease instead of failing with `lease_held`. */
  readonly wait?: boolean;
}

export interface ResumeRequest {
  readonly trigger: BatchTrigger;
  /** Only these tables of the batch; default: all that are not done. */
  readonly tables?: readonly { readonly connection: string; readonly table: string }[];
  readonly allowDeletes?: boolean;
  readonly acceptSources?: readonly string[];
}

/** The result of a resume. A completed batch is left as it is. */
export type ResumeOutcome =
  | { readonly kind: 'ran'; readonly batch: BatchRow }
  | { readonly kind: 'already_completed'; readonly batch: BatchRow };

export interface SyncTableRequest {
  readonly trigger: BatchTrigger;
  /** Table or model name. */
  readonly table: string;
  readonly connection: string;
  /** Runs the table as part of this batch and counts it there; without it, no batch is created. */
  readonly batchId?: string;
  readonly strategy?: Strategy;
  readonly allowDeletes?: boolean;
}

/** Which tables to compare with head office. Names may be table or model names; empty means all. */
export interface VerifyRequest {
  readonly trigger: BatchTrigger;
  readonly connections?: readonly string[];
  readonly tables?: readonly string[];
  /** Only these tables, by their names in the journal; replaces connections and tables. */
  readonly only?: readonly TableName[];
  /** Whether to repair what differs. */
  readonly repair?: boolean;
  readonly allowDeletes?: boolean;
}

/** What to export, and into which file. */
export interface ExportRequest {
  readonly trigger: BatchTrigger;
  readonly connection: string;
  /** The first part; further ones are named after it. */
  readonly file: string;
  readonly passphrase: string;
  /** Table or model names; empty means all. */
  readonly tables?: readonly string[];
  /** Largest size of a part. */
  readonly partBytes?: number;
}

export interface ImportRequest {
  readonly trigger: BatchTrigger;
  /** The first part. */
  readonly file: string;
  readonly passphrase: string;
  /** The connection that the file has to be of. */
  readonly connection?: string;
}

/** The only interface to the engine: tray, CLI, agent and tests all use it. */
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
   * Resumes a batch under its id: completed tables are skipped, failed and pending ones run, one in progress
   * continues from its checkpoint.
   *
   * @throws UsageError `batch_unknown`, `batch_running`, `lease_held`
   */
  resume(batchId: string, request: ResumeRequest, control?: RunControl): Promise<ResumeOutcome>;
  /**
   * Writes a connection's tables into an encrypted file, for a first load without the link. An export that was
   * interrupted goes on.
   *
   * @throws UsageError `connection_unknown`, `lease_held`, and about the file; SyncFailure where the source cannot be read
   */
  exportConnection(request: ExportRequest, control?: RunControl): Promise<ExportReport>;
  /**
   * Loads an exported file into central, as a batch. The same file goes on where an earlier import of it stopped.
   *
   * @throws UsageError `lease_held`, and about the file
   */
  importFile(request: ImportRequest, control?: RunControl): Promise<BatchRow>;
  /**
   * Says what a batch of these tables would do now, without writing anything at central or in the journal. Needs no
   * lease.
   *
   * @throws UsageError `no_connections`, `connection_unknown`, `table_unknown`
   */
  dryRun(request: DryRunRequest, control?: RunControl): Promise<DryRunReport>;
  /**
   * Runs one table.
   *
   * @throws UsageError `connection_unknown`, `table_unknown`, `batch_unknown`, `table_not_in_batch`, `lease_held`
   */
  syncTable(request: SyncTableRequest, control?: RunControl): Promise<TableOutcome>;
  /**
   * Compares tables at both ends by digests, and repairs differences if requested. Creates no batch; the
   * journal keeps the last result of each table.
   *
   * @throws UsageError `no_connections`, `connection_unknown`, `table_unknown`, `no_tables`, `lease_held`
   */
  verify(request: VerifyRequest, control?: RunControl): Promise<VerifyReport>;
  /**
   * Runs what is left of the hooks of a batch whose process was cut off or ended. `syncAll` and `resume` do so, too, before
   * they begin.
   *
   * @throws UsageError `lease_held`
   */
  finishHooks(request: Pick<ResumeRequest, 'trigger'>, control?: RunControl): Promise<void>;
  /**
   * Removes old batches from the journal, by the settings' `retention`; the last success of every table
   * stays. Also happens after each run. Needs no lease, so it may run next to another process's run.
   */
  prune(request?: { readonly dryRun?: boolean }): Promise<PruneReport>;
  /** Bytes that this engine's run has sent to head office and has not added to its batch yet; 0 if none runs. */
  readonly sentSinceNoted: number;
  /** The last verify of every table, for one connection or all. */
  verifications(connection?: string): readonly VerifiedRow[];

  /** @throws UsageError `batch_unknown`, with the nearest id */
  batch(batchId: string): { readonly batch: BatchRow; readonly tables: readonly TableRow[] };
  /** The latest batch; null if none has run. */
  latestBatch(): { readonly batch: BatchRow; readonly tables: readonly TableRow[] } | null;
  /** One table's runs, latest first. */
  pastRuns(connection: string, table: string, limit: number): readonly TableRow[];
  /**
   * Head office has all data of the enabled connections up to this time: the oldest source snapshot of their
   * tables. Null if a table was never copied.
   */
  upTo(): string | null;
  /** What is unfinished, differs or was never copied, among the tables that the settings select. */
  standing(): Standing;
  /**
   * The progress of a run in this process, fed with its events.
   *
   * @param batchId null for tables that run without a batch
   * @param only the tables to resume; null for all that are left
   */
  followRun(batchId: string | null, only: readonly TableName[] | null): RunProgress;
  /**
   * The progress of a batch that another process runs, as the journal has it now.
   *
   * @param before the same batch a moment ago
   */
  watchRun(batchId: string, before: RunProgress | null): RunProgress;
  /** What all runs of each month have moved between here and head office, latest first. */
  trafficMonths(limit: number): readonly MonthTraffic[];
  /** Latest first. */
  batches(limit: number): readonly BatchRow[];
  /** The schedules in the settings, with their next and last runs. */
  schedules(): readonly ScheduleView[];
  /** The event log, oldest first. */
  log(filter?: { readonly batchId?: string; readonly limit?: number }): readonly LogRow[];
  /** The process that runs something now, or null. */
  holder(): LeaseHolder | null;

  /** Tests a connection (or `central`) step by step. Never throws for errors of the network or server. */
  testConnection(
    connection: ConnectionSettings | 'central',
    stop?: AbortSignal,
  ): Promise<readonly ConnectionTestStep[]>;
  /**
   * The tables of a configured connection that the settings select.
   *
   * @throws UsageError `connection_unknown`; SyncFailure if the source cannot be read
   */
  listTables(
    connectionId: string,
  ): Promise<readonly { readonly table: string; readonly estimatedRows: number }[]>;

  /**
   * Signs in to central and to the sources of some connections (none named: of all enabled ones).
   *
   * @returns the first that cannot be used now; null if all answer
   * @throws UsageError `connection_unknown`, `no_connections`
   */
  outOfReach(connections: readonly string[]): Promise<OutOfReach | null>;
  /**
   * Records the current run of each enabled connection's server, so that a restore is noticed later.
   *
   * @returns whether all of them answered
   */
  noteServerRuns(): Promise<boolean>;
  /** Ids of the enabled connections, in the settings' order. */
  connections(): readonly string[];
  /** A connection's display name; its id if it has none. */
  label(connection: string): string;
  /** Which notifications the settings want, and where. */
  notifications(): NotificationSettings;
  /** Uses other settings from now on; the current run keeps those that it began with. */
  useSettings(settings: Settings): void;

  /** Subscribes to events; returns the function that unsubscribes. A listener that throws is logged and ignored. */
  on(listener: EngineListener): () => void;
}
