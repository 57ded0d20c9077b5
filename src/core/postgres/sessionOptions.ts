import type { TextEncoding } from '../../shared/encodings.ts';
import type { EndpointSettings } from '../../shared/settings.ts';
import type { LinkMeter } from './linkMeter.ts';
import type { Side } from './sqlstates.ts';

/** Time limits for each kind of silence, in milliseconds. */
export interface Timeouts {
  /** For the answer to a quick statement: COMMIT, a checkpoint, the catalogue. */
  readonly answerMs: number;
  /** For the answer to a statement on many rows: applying a chunk. */
  readonly workMs: number;
  /**
   * For a lock held by another session. Shorter than `answerMs`, so that the server reports it before we call
   * it frozen.
   */
  readonly lockMs: number;
  /** For a server that takes none of the sent rows. */
  readonly stallMs: number;
  /** For a source's first row (it may have to sort a table first). */
  readonly firstRowMs: number;
  /** For a source that sends nothing between rows while we ask for them. */
  readonly idleMs: number;
  /**
   * For a table without progress: no byte on either connection, and neither server working. Twice as long as
   * any legitimate wait (a lost heartbeat, ended backends), and as long as a person would watch.
   */
  readonly progressMs: number;
}

export const DEFAULT_TIMEOUTS: Timeouts = {
  answerMs: 60_000,
  workMs: 900_000,
  lockMs: 30_000,
  stallMs: 60_000,
  firstRowMs: 900_000,
  idleMs: 60_000,
  progressMs: 60_000,
};

/**
 * Time limit in milliseconds for the turn of a transaction behind a pooler that has given all its sessions to others.
 * Longer than PgBouncer's `query_wait_timeout` (120 s), so that the pooler ends the wait and says why.
 */
export function queueMs({ answerMs }: Timeouts): number {
  return 2.5 * answerMs;
}

export interface SessionOptions {
  readonly side: Side;
  readonly endpoint: EndpointSettings;
  /** Connection id, for messages. */
  readonly connection: string;
  /** Folder of the settings file: relative file names in `endpoint` start there. */
  readonly folder: string;
  readonly applicationName: string;
  readonly timeouts: Timeouts;
  /** The stop signal of the session's run: see {@link cancelOnStop}. */
  readonly stop?: AbortSignal | undefined;
  /** Gives up the attempt to connect. Has no effect on an open session. */
  readonly abandoned?: AbortSignal | undefined;
  /** The real encoding of a source's texts, if its database does not declare it. */
  readonly encoding?: TextEncoding | undefined;
  /** A password that is not stored yet; no other one is used then. */
  readonly password?: string | undefined;
  /** The SSH server's password or its key's passphrase, likewise. */
  readonly sshSecret?: string | undefined;
  /** Counts what the session sends and receives. */
  readonly meter?: LinkMeter | undefined;
}

/**
 * How to open another session at the server of a session that waits, to ask about the wait. It gives up soon, and nobody
 * asks about its own waits.
 *
 * @param password with which the session has signed in, if one was needed
 */
export function askingOptions(options: SessionOptions, password: unknown): SessionOptions {
  const { answerMs, progressMs } = options.timeouts;
  const timeouts = { ...options.timeouts, answerMs: Math.min(answerMs, progressMs), progressMs: Infinity };
  return { ...options, timeouts, password: typeof password === 'string' ? password : options.password };
}
