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

/** Of a table that its batch has not done with. */
export type OpenTableStatus = typeof TableStatus.Pending | typeof TableStatus.InProgress;

/** Why a batch stopped before its end. */
export const InterruptionReason = {
  /** The process died: found at the next start, because nobody held the lease. */
  Crash: 'crash',
  /** Quit, log-off, SIGTERM. */
  Shutdown: 'shutdown',
  /** A person stopped it (Ctrl+C, Pause). Never resumed without a person. */
  User: 'user',
  /** Another installation took the connection over. Never resumed without a person. */
  LostLease: 'lost_lease',
  /** A later batch has completed its tables. */
  Superseded: 'superseded',
} as const;
export type InterruptionReason = (typeof InterruptionReason)[keyof typeof InterruptionReason];

/** How a table is brought up to date. The engine chooses, unless the settings set it for a table. */
export const Strategy = {
  /** The whole table as one keyset stream, cut into chunks. */
  Full: 'full',
  /** Only rows whose version is newer than the last pass; removed rows by proof. */
  Changes: 'changes',
  /** Digests of key ranges on both sides; only ranges that differ travel. For where row versions say nothing. */
  Compare: 'compare',
  /** Only rows whose cursor column is newer than the last pass; says nothing of removed rows. */
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

/** Makes a `switch` over a union exhaustive: adding a member breaks the build at every switch. */
export function assertNever(value: never): never {
  throw new Error(`Unexpected value: ${String(value)}`);
}
