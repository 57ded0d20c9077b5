/** The life of a batch: one run over a set of (connection, table) pairs. */
export const BatchStatus = {
  Running: 'running',
  Completed: 'completed',
  Failed: 'failed',
  Interrupted: 'interrupted',
} as const;
export type BatchStatus = (typeof BatchStatus)[keyof typeof BatchStatus];

/** The life of one table inside a batch. */
export const TableStatus = {
  Pending: 'pending',
  InProgress: 'in_progress',
  Completed: 'completed',
  Failed: 'failed',
  Skipped: 'skipped',
} as const;
export type TableStatus = (typeof TableStatus)[keyof typeof TableStatus];

/** Status of a table that its batch has not finished. */
export type OpenTableStatus = typeof TableStatus.Pending | typeof TableStatus.InProgress;

/** Why a batch stopped before its end. */
export const InterruptionReason = {
  /** The process died. The next start detects it, because nobody holds the lease. */
  Crash: 'crash',
  /** Quit, log-off, SIGTERM. */
  Shutdown: 'shutdown',
  /** A person stopped it (Ctrl+C, Stop). Never resumed automatically. */
  User: 'user',
  /** Another installation took over the connection. Never resumed automatically. */
  LostLease: 'lost_lease',
  /** A later batch has completed its tables. */
  Superseded: 'superseded',
} as const;
export type InterruptionReason = (typeof InterruptionReason)[keyof typeof InterruptionReason];

/** How a table is brought up to date. The engine chooses, unless the settings do. */
export const Strategy = {
  /** The whole table as one keyset stream, cut into chunks. */
  Full: 'full',
  /** Only rows with a newer row version than the last pass; deleted rows are found by comparing keys. */
  Changes: 'changes',
  /**
   * Compares digests of key ranges on both sides and sends only ranges that differ. Used where row versions
   * are unusable.
   */
  Compare: 'compare',
  /** Only rows with a newer cursor value than the last pass; does not detect deleted rows. */
  Cursor: 'cursor',
  /** Tables without a usable key: load a staging table, then swap contents in one transaction. */
  Replace: 'replace',
} as const;
export type Strategy = (typeof Strategy)[keyof typeof Strategy];

/** What started a batch. */
export const BatchTrigger = {
  Cli: 'cli',
  Tray: 'tray',
  Schedule: 'schedule',
  Agent: 'agent',
} as const;
export type BatchTrigger = (typeof BatchTrigger)[keyof typeof BatchTrigger];

/** Makes a `switch` over a union exhaustive: a new member breaks the build at every switch. */
export function assertNever(value: never): never {
  throw new Error(`Unexpected value: ${String(value)}`);
}
