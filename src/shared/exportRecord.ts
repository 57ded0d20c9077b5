import type { ErrorParams, FailureDetail, UsageCode } from './errors.ts';

/** A table of an export as it begins or goes on. */
export interface ExportTable {
  readonly table: string;
  readonly estimatedRows: number | null;
  /** That the file has already. */
  readonly rows: number;
  readonly done: boolean;
}

/** How an export ended. `running` is also what one that was killed has left. */
export const ExportEnd = {
  Running: 'running',
  Complete: 'complete',
  /** Somebody stopped it, or the program ended. */
  Stopped: 'stopped',
  /** Some tables could not be read, or the file could not be written. */
  Failed: 'failed',
} as const;
export type ExportEnd = (typeof ExportEnd)[keyof typeof ExportEnd];

/** The last export of a connection, which this computer remembers. Never with its passphrase. */
export interface ExportRecord {
  readonly connection: string;
  /** The first part. */
  readonly file: string;
  readonly end: ExportEnd;
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** 0 until it is complete. */
  readonly parts: number;
  /** In all parts. */
  readonly bytes: number;
  /** Tables and rows that the file has. */
  readonly tables: number;
  readonly rows: number;
  /** The tables that could not be read. */
  readonly failed: readonly { readonly table: string; readonly failure: FailureDetail }[];
  /** Why the file could not be written. */
  readonly refusal: { readonly code: UsageCode; readonly params: ErrorParams } | null;
}
