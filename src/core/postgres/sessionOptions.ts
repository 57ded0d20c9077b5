import type { TextEncoding } from '../../shared/encodings.ts';
import type { EndpointSettings } from '../../shared/settings.ts';
import type { Side } from './sqlstates.ts';

/** How long each kind of silence may last, in milliseconds. */
export interface Timeouts {
  /** An answer to a statement that does little: COMMIT, a checkpoint, the catalogue. */
  readonly answerMs: number;
  /** An answer to a statement that works on many rows: applying a chunk. */
  readonly workMs: number;
  /** A lock that somebody else holds. Shorter than `answerMs`: the server has to say so before we call it frozen. */
  readonly lockMs: number;
  /** A server that takes none of the rows it is sent. */
  readonly stallMs: number;
  /** A source that sends nothing before the first row (it may have to sort a table first). */
  readonly firstRowMs: number;
  /** A source that sends nothing between rows while we ask for them. */
  readonly idleMs: number;
  /**
   * A table of which nothing moves: no byte on either connection, and neither server at work. Twice as long as any
   * wait in which that is right (a lost heartbeat, ended backends), and as long as a person would look on.
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

export interface SessionOptions {
  readonly side: Side;
  readonly endpoint: EndpointSettings;
  /** Connection id, for messages. */
  readonly connection: string;
  /** Folder of the settings file: relative file names in `endpoint` start there. */
  readonly folder: string;
  readonly applicationName: string;
  readonly timeouts: Timeouts;
  /** The stop of the run that the session is for: see {@link cancelOnStop}. */
  readonly stop?: AbortSignal | undefined;
  /** Gives the attempt to connect up. Has no effect on a session that is open. */
  readonly abandoned?: AbortSignal | undefined;
  /** What a source's texts are in, where its database does not say so. */
  readonly encoding?: TextEncoding | undefined;
  /** A password that is stored nowhere yet; it is then the only one. */
  readonly password?: string | undefined;
}
