import type { ErrorParams, FailureCode } from './errors.ts';

/** How a hook ended. */
export const HookOutcome = {
  Done: 'done',
  /** The program ended with another code than 0, or head office refused the SQL. */
  Failed: 'failed',
  /** It was not done in time, and was ended. */
  TimedOut: 'timed_out',
  /** The program could not be started, or head office could not be reached. */
  NotStarted: 'not_started',
  /** It was ended because Branchline was stopped. */
  Stopped: 'stopped',
  /** Branchline itself was cut off while it ran, so nobody knows how far it got. It is not repeated. */
  CutOff: 'cut_off',
} as const;
export type HookOutcome = (typeof HookOutcome)[keyof typeof HookOutcome];

/** How a hook ended, and why. */
export interface HookReason {
  readonly what: 'sql' | 'command';
  readonly outcome: HookOutcome;
  readonly seconds: number;
  /** What the program ended with; null if it did not end by itself, and for SQL. */
  readonly exitCode: number | null;
  /** What the server or the system said; null if there is nothing to say. */
  readonly message: string | null;
  /** The failure of a connection to head office. */
  readonly failure: { readonly code: FailureCode; readonly params: ErrorParams } | null;
}

/** The end of a hook of a batch. */
export interface HookEnd extends HookReason {
  readonly hook: string;
  /** The end of what a program has written, without secrets; empty if it wrote nothing. */
  readonly output: string;
}

/** The last failure of a hook, until it succeeds. */
export interface HookFailure {
  readonly batchId: string;
  /** Whether the batch itself had succeeded. */
  readonly batchSucceeded: boolean;
  /** When it first failed. */
  readonly since: string;
  readonly reason: HookReason;
}

/** A hook of the settings and how it stands. */
export interface HookStanding {
  readonly hook: string;
  /** Null if it has succeeded since, or never ran. */
  readonly failing: HookFailure | null;
}
