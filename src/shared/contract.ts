import type { FailureDetail } from './errors.ts';
import type { ExportRecord, ExportTable } from './exportRecord.ts';
import type { HookEnd } from './hooks.ts';
import type { Notice } from './notices.ts';
import type { AskedByHeadOffice } from './officeRequests.ts';
import type { Weekday } from './schedulePlan.ts';
import type { BatchStatus, BatchTrigger, InterruptionReason, Strategy, TableStatus } from './status.ts';
import { NOTHING_COUNTED, type TrafficColumns } from './traffic.ts';
import type { VerifyRow } from './verify.ts';

/**
 * A row of `sync_batches`. Times are ISO 8601 in UTC with milliseconds; durations are seconds. Its traffic is that of all
 * its attempts, its tables' included.
 */
export interface BatchRow extends TrafficColumns {
  readonly batch_id: string;
  readonly status: BatchStatus;
  readonly trigger: BatchTrigger;
  readonly total_tables: number;
  readonly completed_tables: number;
  readonly failed_tables: number;
  readonly skipped_tables: number;
  /** What the batch was asked to do; a resume uses the same. */
  readonly options: BatchOptions;
  readonly interruption_reason: InterruptionReason | null;
  readonly resume_count: number;
  readonly started_at: string;
  readonly ended_at: string | null;
  readonly duration_seconds: number | null;
}

/** What a batch was asked to do. */
export interface BatchOptions {
  readonly connections: readonly string[];
  /** Empty means all configured tables. */
  readonly tables: readonly string[];
  readonly strategy: Strategy | null;
  /** Lets this batch delete more rows of a table than the delete brake allows. */
  readonly allowDeletes: boolean;
  /** The exported file that took the place of the branch's server. Such a batch is continued by another import of it. */
  readonly imported?: string | undefined;
  /** Who at head office asked for it. */
  readonly askedBy?: AskedByHeadOffice | undefined;
}

/**
 * A row of `sync_progress`: one (connection, table) inside a batch. Its traffic is what the connections that worked on it
 * have moved meanwhile. A table that was found unchanged along with others has none: that belongs to the batch.
 */
export interface TableRow extends TrafficColumns {
  readonly batch_id: string;
  readonly connection: string;
  readonly table_name: string;
  readonly model_name: string;
  /**
   * The row stands for all tables of the connection, because its source could not be read when the batch began and the
   * names of its tables are unknown. Its `table_name` is {@link ALL_TABLES}.
   */
  readonly all_tables: boolean;
  readonly strategy: Strategy | null;
  readonly status: TableStatus;
  /** Rows inserted or updated at central. */
  readonly records_processed: number;
  /** Rows read that were already the same at central. */
  readonly records_skipped: number;
  readonly records_deleted: number;
  /** Bytes of row data read from the source. */
  readonly bytes: number;
  readonly estimated_rows: number | null;
  /** The last key applied, as text: JSON array of the key's columns. */
  readonly checkpoint: string | null;
  readonly source_snapshot_at: string | null;
  readonly error_code: string | null;
  readonly error_message: string | null;
  /** The rest of the failure: SQLSTATE, and the parameters of its sentence. */
  readonly error_detail: FailureDetail | null;
  readonly retry_count: number;
  readonly started_at: string | null;
  readonly ended_at: string | null;
  readonly duration_seconds: number | null;
}

/** What is shown where a row of all tables needs a name. A table may have this name too: `all_tables` tells them apart. */
export const ALL_TABLES = '*';

/** The values of a table run that has not begun. */
export const NOT_BEGUN = {
  all_tables: false,
  strategy: null,
  records_processed: 0,
  records_skipped: 0,
  records_deleted: 0,
  bytes: 0,
  estimated_rows: null,
  checkpoint: null,
  source_snapshot_at: null,
  error_code: null,
  error_message: null,
  error_detail: null,
  retry_count: 0,
  started_at: null,
  ended_at: null,
  duration_seconds: null,
  ...NOTHING_COUNTED,
} as const satisfies Partial<TableRow>;

/** A table, identified among all connections. */
export interface TableName {
  readonly connection: string;
  readonly table: string;
  /** Stands for all tables of the connection: see {@link TableRow.all_tables}. */
  readonly allTables?: true;
}

/** The name of a row's table. */
export function nameOfRow({ connection, table_name: table, all_tables }: TableRow): TableName {
  return all_tables ? { connection, table, allTables: true } : { connection, table };
}

/** The (connection, table) of an event. `batchId` is null for a table that runs alone. */
export interface TableRef {
  readonly batchId: string | null;
  readonly connection: string;
  readonly table: string;
}

/** Progress of a running table. Counts are rows that central has committed. */
export interface TableProgress extends TableRef {
  readonly processed: number;
  readonly skipped: number;
  readonly deleted: number;
  readonly bytes: number;
  readonly estimatedRows: number | null;
  /** Rows committed per second, smoothed over the last chunks; null before the first chunk. */
  readonly rowsPerSecond: number | null;
  readonly bytesPerSecond: number | null;
  readonly etaSeconds: number | null;
}

/** A table that is being copied now. */
export interface RunningTable extends Omit<TableProgress, 'batchId'> {
  /** Since it began; null if its start was not seen. */
  readonly elapsedSeconds: number | null;
}

/** The batch that runs now. */
export interface RunView {
  readonly batchId: string;
  /** Completed or skipped. */
  readonly doneTables: number;
  readonly failedTables: number;
  readonly totalTables: number;
  /** From 0 to 1, by estimated rows where known. */
  readonly fraction: number;
  /** Rows read at the branch over all tables so far, and their size. */
  readonly checked: number;
  readonly bytes: number;
  /** Rows of these that were inserted or updated at head office. */
  readonly written: number;
  readonly rowsPerSecond: number | null;
  readonly bytesPerSecond: number | null;
  /** Estimated from what its tables usually take at this branch; null if nothing is known. */
  readonly etaSeconds: number | null;
  /** How long all of its work has been waiting for a busy head office; null while any of it goes on. */
  readonly waitingSeconds: number | null;
  /** Tables in progress. */
  readonly tables: readonly RunningTable[];
}

/**
 * Events of the engine. Each is emitted after it was written to the journal, so the journal alone is enough
 * to know the state.
 */
export type EngineEvent =
  | { readonly type: 'batch_started'; readonly batch: BatchRow }
  | {
      readonly type: 'batch_resumed';
      readonly batch: BatchRow;
      /** The tables to resume; null for all that are left. */
      readonly only: readonly TableName[] | null;
    }
  | { readonly type: 'batch_ended'; readonly batch: BatchRow }
  /** SQL or a program of the settings runs after the batch. */
  | { readonly type: 'hook_started'; readonly batchId: string; readonly hook: string }
  | { readonly type: 'hook_ended'; readonly batchId: string; readonly end: HookEnd }
  | ({
      readonly type: 'table_started';
      readonly strategy: Strategy;
      readonly estimatedRows: number | null;
    } & TableRef)
  | ({ readonly type: 'table_resumed'; readonly atRow: number } & TableRef)
  | ({ readonly type: 'table_progress' } & TableProgress)
  | ({
      readonly type: 'table_retrying';
      readonly attempt: number;
      readonly delayMs: number;
      readonly failure: FailureDetail;
    } & TableRef)
  | ({ readonly type: 'table_ended'; readonly outcome: TableOutcome } & TableRef)
  | { readonly type: 'circuit_opened'; readonly connection: string; readonly failure: FailureDetail }
  | {
      /** Head office has no connection free, or others hold the lock for DDL there. The run waits and tries again. */
      readonly type: 'waiting_for_central';
      readonly batchId: string | null;
      readonly connection: string;
      /** Null if the whole connection waits. */
      readonly table: string | null;
      /** How long it has waited so far. */
      readonly seconds: number;
      /** Whether the wait has ended. */
      readonly over: boolean;
      /** The last refusal. */
      readonly failure: FailureDetail;
    }
  /** The branch's role may not see what changed; the SQL statement grants that. Until then tables are compared. */
  | { readonly type: 'history_hidden'; readonly connection: string; readonly sql: string }
  | { readonly type: 'stale_backends_ended'; readonly connection: string; readonly count: number }
  | {
      /** The journal is new, but central has checkpoints of this installation: its history was lost. */
      readonly type: 'records_lost';
      readonly connection: string;
      /** The latest batch that central knows. */
      readonly batchId: string;
      /** Tables that were cut off and continue from central's checkpoints. */
      readonly unfinished: number;
    }
  | {
      /** Something a person should know although nothing failed. */
      readonly type: 'notice';
      readonly connection: string;
      /** Null if it concerns the whole connection. */
      readonly table: string | null;
      readonly notice: Notice;
    }
  | {
      /** An export begins, or goes on with a file that an earlier one has left. Its tables have events as in a sync. */
      readonly type: 'export_started';
      readonly connection: string;
      readonly file: string;
      /** In the order in which they are written. */
      readonly tables: readonly ExportTable[];
      readonly fileBytes: number;
    }
  | {
      readonly type: 'export_progress';
      readonly connection: string;
      /** Written so far, in all parts. */
      readonly fileBytes: number;
    }
  | { readonly type: 'export_ended'; readonly record: ExportRecord }
  | { readonly type: 'deletes_off'; readonly connection: string; readonly table: string }
  | {
      readonly type: 'verify_progress';
      readonly connection: string;
      readonly table: string;
      /** Rows compared so far. */
      readonly rows: number;
      readonly estimatedRows: number | null;
    }
  | { readonly type: 'verify_ended'; readonly row: VerifyRow };

/** How one table run ended. */
export interface TableOutcome {
  readonly connection: string;
  readonly table: string;
  readonly model: string;
  readonly status: TableStatus;
  readonly strategy: Strategy | null;
  readonly processed: number;
  readonly skipped: number;
  readonly deleted: number;
  readonly bytes: number;
  readonly durationSeconds: number;
  readonly failure: FailureDetail | null;
}

/** One line of the append-only event log. */
export interface LogRow {
  readonly id: number;
  readonly at: string;
  readonly batch_id: string | null;
  readonly connection: string | null;
  readonly table_name: string | null;
  readonly event: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export type ScheduleOutcome = 'ran' | 'skipped';

/** A planned run of a schedule and what came of it. */
export interface ScheduleRun {
  readonly schedule_id: string;
  /** The planned time, without jitter. */
  readonly due_at: string;
  readonly ran_at: string;
  readonly batch_id: string | null;
  readonly outcome: ScheduleOutcome;
}

/** A schedule with its next and last runs. */
export interface ScheduleView {
  readonly id: string;
  /** A cron expression; null if the schedule has `times`. */
  readonly cron: string | null;
  /** Times of day, `HH:MM`; null if it has `cron`. */
  readonly times: readonly string[] | null;
  /** The days of its `times`. */
  readonly days: readonly Weekday[];
  readonly timezone: string;
  /** `*`: all. */
  readonly connections: readonly string[];
  readonly tables: readonly string[];
  readonly missed: 'once' | 'skip';
  readonly enabled: boolean;
  /** The setting, and this installation's own delay within it. */
  readonly jitter_seconds: number;
  readonly late_seconds: number;
  readonly last_run: (ScheduleRun & { readonly batch_status: BatchStatus | null }) | null;
  /** The next planned times, without jitter; empty if it is switched off. */
  readonly next_runs: readonly string[];
}

/** Starts of a schedule that follow each other within minutes, as one stretch of time; mostly a single one. */
export interface PlannedStretch {
  readonly schedule: string;
  /** The first and the last start, this installation's own delay included. ISO 8601 in UTC. */
  readonly from: string;
  readonly to: string;
  readonly starts: number;
}

/** The process that holds the lease, for display. */
export interface LeaseHolder {
  readonly pid: number;
  readonly host: string;
  readonly face: BatchTrigger;
  readonly since: string;
  readonly batchId: string | null;
}

/** One step of a connection test, in order. After a failed step, the rest are skipped. */
export interface ConnectionTestStep {
  readonly step: 'name' | 'port' | 'ssh' | 'forward' | 'tls' | 'sign_in' | 'version' | 'read' | 'write';
  readonly ok: boolean;
  /** Facts found by a successful step: address, encryption, server version, number of tables. */
  readonly facts: Readonly<Record<string, string | number | boolean>>;
  readonly failure: FailureDetail | null;
}

/** How far a connection test has got. */
export interface TestProgress {
  /** The steps made so far. */
  readonly steps: readonly ConnectionTestStep[];
  /** The step under way; null once the test has ended. */
  readonly doing: ConnectionTestStep['step'] | null;
}

/** A batch in a list. */
export interface BatchSummary extends BatchRow {
  readonly records_processed: number;
  readonly records_skipped: number;
  readonly records_deleted: number;
  readonly bytes: number;
}

export interface BatchPage {
  /** Number of all matching batches. */
  readonly total: number;
  /** Latest first, from the requested offset. */
  readonly batches: readonly BatchSummary[];
}

/** Identifies a table among all connections. */
export function tableKey(connection: string, table: string): string {
  return `${connection}/${table}`;
}

/** PostgreSQL's kind of a relation. */
export type RelationKind = 'table' | 'partitioned' | 'view' | 'materialized_view' | 'foreign_table';

/** A table that a connection could copy. */
export interface DiscoveredTable {
  readonly table: string;
  readonly model: string;
  readonly kind: RelationKind;
  /** The catalogue's estimate, scaled to the current size; 0 if unknown (never analysed, a view). */
  readonly estimatedRows: number;
  /** Including indexes and out-of-line storage; for a partitioned table, of all partitions. */
  readonly bytes: number;
  /** Whether rows can be identified: a primary key, or a unique index over NOT NULL columns. */
  readonly hasKey: boolean;
  readonly readable: boolean;
  /** Whether the draft's `tables` and `exclude` select it. */
  readonly selected: boolean;
}

export interface Discovery {
  /** Every schema with tables, sorted by name, without PostgreSQL's schemas and ours. */
  readonly schemas: readonly { readonly schema: string; readonly tables: number }[];
  /** The tables in the draft's schema, sorted by name. */
  readonly tables: readonly DiscoveredTable[];
}
