import type { FailureDetail } from './errors.ts';
import type { Notice } from './notices.ts';
import type { BatchStatus, BatchTrigger, InterruptionReason, Strategy, TableStatus } from './status.ts';
import type { VerifyRow } from './verify.ts';

/** A row of `sync_batches`. Times are ISO 8601 in UTC with milliseconds; durations are seconds. */
export interface BatchRow {
  readonly batch_id: string;
  readonly status: BatchStatus;
  readonly trigger: BatchTrigger;
  readonly total_tables: number;
  readonly completed_tables: number;
  readonly failed_tables: number;
  readonly skipped_tables: number;
  /** What the batch was asked to do; a resume does the same. */
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
  /** Lets this batch delete more rows of a table than the brake allows. */
  readonly allowDeletes: boolean;
}

/**
 * The table name of the row that stands for all tables of a connection, where its source could not be
 * read when the batch began and nothing is known of its tables.
 */
export const UNKNOWN_TABLES = '*';

/** A row of `sync_progress`: one (connection, table) inside a batch. */
export interface TableRow {
  readonly batch_id: string;
  readonly connection: string;
  readonly table_name: string;
  readonly model_name: string;
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
  /** The rest of the failure (SQLSTATE, parameters of the sentence). */
  readonly error_detail: FailureDetail | null;
  readonly retry_count: number;
  readonly started_at: string | null;
  readonly ended_at: string | null;
  readonly duration_seconds: number | null;
}

/** What the journal has of a table run before it begins. */
export const NOT_BEGUN = {
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
} as const satisfies Partial<TableRow>;

/** A table among those of all connections. */
export interface TableName {
  readonly connection: string;
  readonly table: string;
}

/** Which (connection, table) an event speaks of. `batchId` is null for a table run alone. */
export interface TableRef {
  readonly batchId: string | null;
  readonly connection: string;
  readonly table: string;
}

/** Where a running table stands. Counts are what central has committed. */
export interface TableProgress extends TableRef {
  readonly processed: number;
  readonly skipped: number;
  readonly deleted: number;
  readonly bytes: number;
  readonly estimatedRows: number | null;
  /** Rows committed a second, smoothed over the last chunks; null before the first chunk. */
  readonly rowsPerSecond: number | null;
  readonly bytesPerSecond: number | null;
  readonly etaSeconds: number | null;
}

/**
 * What the engine tells while it works. Each is emitted after the journal has it; the journal alone
 * is enough to know where things stand.
 */
export type EngineEvent =
  | { readonly type: 'batch_started'; readonly batch: BatchRow }
  | {
      readonly type: 'batch_resumed';
      readonly batch: BatchRow;
      /** The tables that are gone on with; null for all that are left. */
      readonly only: readonly TableName[] | null;
    }
  | { readonly type: 'batch_ended'; readonly batch: BatchRow }
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
  /** The branch does not let us ask what has changed; the statement gives the right. Its tables are compared. */
  | { readonly type: 'history_hidden'; readonly connection: string; readonly sql: string }
  | { readonly type: 'ghosts_ended'; readonly connection: string; readonly count: number }
  | {
      /** The journal is new, while central has checkpoints that this installation wrote: its history was lost. */
      readonly type: 'records_lost';
      readonly connection: string;
      /** The latest batch that central knows of. */
      readonly batchId: string;
      /** How many tables were cut off, and go on where central has them. */
      readonly unfinished: number;
    }
  | {
      /** What a person should know, although nothing has failed. */
      readonly type: 'notice';
      readonly connection: string;
      /** Null where it is of the whole connection. */
      readonly table: string | null;
      readonly notice: Notice;
    }
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

/** What was done about one planned time of a schedule. */
export interface ScheduleRun {
  readonly schedule_id: string;
  /** As planned, without jitter. */
  readonly due_at: string;
  readonly ran_at: string;
  readonly batch_id: string | null;
  readonly outcome: ScheduleOutcome;
}

/** A schedule with what is planned and what was done. */
export interface ScheduleView {
  readonly id: string;
  readonly cron: string;
  readonly timezone: string;
  /** `*`: all. */
  readonly connections: readonly string[];
  readonly tables: readonly string[];
  readonly missed: 'once' | 'skip';
  readonly enabled: boolean;
  /** The setting, and how late this installation is within it. */
  readonly jitter_seconds: number;
  readonly late_seconds: number;
  readonly last_run: (ScheduleRun & { readonly batch_status: BatchStatus | null }) | null;
  /** The next planned times, without jitter; empty where it is switched off. */
  readonly next_runs: readonly string[];
}

/** Who holds the lease, for display. */
export interface LeaseHolder {
  readonly pid: number;
  readonly host: string;
  readonly face: BatchTrigger;
  readonly since: string;
  readonly batchId: string | null;
}

/** One step of a connection test, in order; after a failed step the rest are not tried. */
export interface ConnectionTestStep {
  readonly step: 'name' | 'port' | 'tls' | 'sign_in' | 'version' | 'read' | 'write';
  readonly ok: boolean;
  /** Facts of a step that went well: address, whether it is encrypted, server version, number of tables. */
  readonly facts: Readonly<Record<string, string | number | boolean>>;
  readonly failure: FailureDetail | null;
}

/** A batch in a list. */
export interface BatchSummary extends BatchRow {
  readonly records_processed: number;
  readonly records_deleted: number;
  readonly bytes: number;
}

export interface BatchPage {
  /** How many there are in all. */
  readonly total: number;
  /** Latest first, from the offset that was asked for. */
  readonly batches: readonly BatchSummary[];
}

/** The name of a table among those of all connections. */
export function tableKey(connection: string, table: string): string {
  return `${connection}/${table}`;
}
