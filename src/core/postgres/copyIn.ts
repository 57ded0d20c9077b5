import type { Connection, Submittable } from 'pg';
import { ResultCollector, type StatementResult, sendStatements } from './pipeline.ts';
import type { CopyFormat, RowBlock } from './rowBlock.ts';
import type { StartWait } from './serverWaits.ts';
import { BINARY_HEADER_MESSAGE, BINARY_TRAILER_MESSAGE, COPY_DONE_MESSAGE, WireError } from './wire.ts';

/** A row split by the end of a read arrives as a small block; it is sent together with the next one. */
const SMALL_BYTES = 4096;

/**
 * Size of a write. The time limit applies to each write: a limit for a whole row would reject an attachment
 * of 100 MB on a slow link; this one requires 35 kbit/s.
 */
const PIECE_BYTES = 256 * 1024;

/** What {@link CopyIn} needs besides its statements. */
export interface CopyInOptions {
  readonly format: CopyFormat;
  /** Longest time in milliseconds that a server that has asked for rows may take nothing of what is sent. */
  readonly stallMs: number;
  /** The same for a server that still runs the statements before the COPY. */
  readonly beginMs: number;
  /** Begins to wait under such a limit. */
  readonly wait: StartWait;
  /** Called when a time limit has passed; ends the connection. */
  readonly onStall: () => void;
}

/** How to send a block that is larger than what may go out at once. */
export interface Pieces {
  readonly bytes: number;
  /** Awaited between two pieces. */
  next(): Promise<void>;
}

/** The server's answers to the end of a COPY. */
export interface CopyEnd {
  /** Number of rows that the server says it has taken. */
  readonly rows: number;
  /** Results of the statements behind it. */
  readonly results: readonly StatementResult[];
}

/** A COPY that has ended, and whose answers have not all arrived. */
interface Unanswered {
  readonly answered: PromiseWithResolvers<CopyEnd>;
  readonly statements: number;
  readonly collector: ResultCollector;
  rows: number | null;
}

/**
 * COPY … FROM STDIN, fed with {@link RowBlock}s. Other statements may come before the COPY (`BEGIN`, `SET LOCAL …`) and
 * behind it, and further COPYs, without waiting for answers: on a slow link each wait costs a round trip.
 *
 * All of it ends with one Sync. So if anything fails, the server skips everything behind it up to there.
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-COPY
 */
export class CopyIn implements Submittable {
  readonly #statements: readonly string[];
  readonly #options: CopyInOptions;
  readonly #ready = Promise.withResolvers<void>();
  #isReady = false;
  #headerSent = false;
  #connection: Connection | null = null;
  #failure: Error | null = null;
  #wake: (() => void) | null = null;
  #corked = false;
  #synced = false;
  /** In the order in which they were ended. */
  readonly #unanswered: Unanswered[] = [];

  constructor(statements: readonly string[], options: CopyInOptions) {
    this.#statements = statements;
    this.#options = options;
    // Awaited only where the caller is just then; a failure in between must not be "unhandled".
    this.#ready.promise.catch(() => {});
  }

  /** Resolves when the server is ready for rows. */
  async begin(): Promise<void> {
    await this.#ready.promise;
    this.#sendHeader();
  }

  /** Begins to send without waiting for the server. @returns false where the connection is still busy */
  beginAhead(): boolean {
    if (this.#connection === null) return false;
    this.#sendHeader();
    return true;
  }

  #sendHeader(): void {
    if (this.#options.format === 'binary' && !this.#headerSent) this.#send(BINARY_HEADER_MESSAGE);
    this.#headerSent = true;
  }

  /**
   * Sends rows. Nearly all blocks go out at once, so usually there is no promise to wait for.
   *
   * @param pieces a cap on the link; without it, pieces follow each other as the server takes them
   * @returns what to await before sending more; null if nothing
   * @throws Error from the server or the connection
   */
  write(block: RowBlock, pieces?: Pieces): Promise<void> | null {
    if (this.#failure !== null) throw this.#failure;
    const stream = this.#connection?.stream;
    if (stream === undefined) return null;
    const { memory, messages } = block;
    if (messages.length < SMALL_BYTES && !this.#corked) {
      this.#corked = true;
      stream.cork();
      stream.write(messages);
      // The next block is there by then, or comes late. A cork also holds back what was written before and has not gone
      // out yet: whoever awaited the answer to that would wait for ever.
      setImmediate(() => this.#uncork());
      return null;
    }
    // Only after it was sent: a dying connection may still be reading from it.
    const giveBack = (error?: Error | null): void => {
      if (error == null) memory?.transfer(0);
    };
    const most = Math.min(PIECE_BYTES, pieces?.bytes ?? PIECE_BYTES);
    if (messages.length > most)
      return this.#writePieces(stream, messages, giveBack, { ...pieces, bytes: most });
    const more = stream.write(messages, giveBack);
    this.#uncork();
    return more ? null : this.#drained(stream);
  }

  async #writePieces(
    stream: Connection['stream'],
    messages: Buffer,
    giveBack: (error?: Error | null) => void,
    pieces: Pick<Pieces, 'bytes'> & Partial<Pieces>,
  ): Promise<void> {
    for (let at = 0; at < messages.length; at += pieces.bytes) {
      if (at > 0) await pieces.next?.();
      if (this.#failure !== null) throw this.#failure;
      const end = Math.min(messages.length, at + pieces.bytes);
      const piece = messages.subarray(at, end);
      const more = end < messages.length ? stream.write(piece) : stream.write(piece, giveBack);
      this.#uncork();
      if (!more) await this.#drained(stream);
    }
  }

  /** @throws Error if the connection ends, or takes nothing for too long */
  async #drained(stream: Connection['stream']): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { stallMs, beginMs, wait, onStall } = this.#options;
    const end = wait(this.#isReady ? stallMs : beginMs, () => {
      onStall();
      // Rejects at once instead of when the socket has closed.
      this.handleError(new Error('no rows are taken'));
    });
    this.#wake = resolve;
    stream.once('drain', resolve);
    await promise;
    end();
    stream.removeListener('drain', resolve);
    this.#wake = null;
    if (this.#failure !== null) throw this.#failure;
  }

  /**
   * Ends the COPY and begins another one, without waiting for answers.
   *
   * @param between statements between the two
   * @param copy the next COPY, of the same format
   * @returns the answers to the first COPY and to `between`; they arrive when the server begins the next COPY
   * @throws Error what the server or the connection said meanwhile
   */
  async next(between: readonly string[], copy: string): Promise<CopyEnd> {
    const answered = this.#finish([...between, copy], between.length);
    this.#headerSent = false;
    this.#sendHeader();
    return answered;
  }

  /**
   * Ends the COPY and runs further statements.
   *
   * @returns the answers to the last COPY and to `behind`
   */
  async end(behind: readonly string[] = []): Promise<CopyEnd> {
    const answered = this.#finish(behind, behind.length);
    this.#sync();
    return answered;
  }

  #finish(statements: readonly string[], answers: number): Promise<CopyEnd> {
    if (this.#failure !== null) throw this.#failure;
    if (this.#options.format === 'binary') this.#send(BINARY_TRAILER_MESSAGE);
    this.#send(COPY_DONE_MESSAGE);
    this.#uncork();
    const answered = Promise.withResolvers<CopyEnd>();
    answered.promise.catch(() => {});
    this.#unanswered.push({ answered, statements: answers, collector: new ResultCollector(), rows: null });
    if (this.#connection !== null)
      sendStatements(
        this.#connection,
        statements.map((text) => ({ text })),
      );
    return answered.promise;
  }

  submit(connection: Connection): void {
    this.#connection = connection;
    sendStatements(
      connection,
      this.#statements.map((text) => ({ text })),
    );
    connection.flush();
  }

  handleCopyInResponse(): void {
    if (!this.#isReady) {
      this.#isReady = true;
      this.#ready.resolve();
      return;
    }
    this.#answer();
  }

  /** Resolves the oldest COPY that has ended. All its answers must be there. */
  #answer(): void {
    const oldest = this.#unanswered.shift();
    const { results } = oldest?.collector ?? { results: [] };
    if (oldest === undefined || oldest.rows === null || results.length !== oldest.statements) {
      oldest?.answered.reject(new WireError('answers that belong to no statement'));
      this.#refuse('answers that belong to no statement');
    } else oldest.answered.resolve({ rows: oldest.rows, results });
  }

  handleError(error: Error): void {
    this.#failure ??= error;
    this.#sync();
    this.#ready.reject(error);
    for (const { answered } of this.#unanswered.splice(0)) answered.reject(error);
    this.#wake?.();
  }

  handleRowDescription({ fields }: { readonly fields: readonly { readonly name: string }[] }): void {
    this.#collector?.describe(fields);
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    try {
      this.#collector?.row(fields);
    } catch (error) {
      this.#end(error);
    }
  }

  handleEmptyQuery(): void {
    this.handleCommandComplete({ text: '' });
  }

  /** The first answer to the end of a COPY is its number of rows. */
  handleCommandComplete({ text }: { readonly text: string }): void {
    const [oldest] = this.#unanswered;
    if (oldest === undefined || !this.#isReady) return;
    if (oldest.rows === null) oldest.rows = Number(/^COPY (\d+)$/.exec(text)?.[1] ?? Number.NaN);
    else oldest.collector.complete(text);
  }

  handleReadyForQuery(): void {
    this.#ready.reject(new Error('The server did not ask for COPY data'));
    if (this.#unanswered.length === 1) this.#answer();
    else if (this.#unanswered.length > 1) this.#refuse('no answers to some statements');
  }

  /** For results of the statements after a COPY; null before the first one, whose earlier results are ignored. */
  get #collector(): ResultCollector | null {
    const [oldest] = this.#unanswered;
    return oldest === undefined || oldest.rows === null ? null : oldest.collector;
  }

  #refuse(message: string): void {
    this.#end(new WireError(message));
  }

  /** Nothing that such a server says later is of use. */
  #end(error: unknown): void {
    const failure = error instanceof Error ? error : new WireError(String(error));
    this.handleError(failure);
    this.#connection?.stream.destroy(failure);
  }

  #sync(): void {
    if (!this.#synced) this.#connection?.sync();
    this.#synced = true;
    this.#uncork();
  }

  #uncork(): void {
    if (!this.#corked) return;
    this.#corked = false;
    this.#connection?.stream.uncork();
  }

  #send(data: Buffer): boolean {
    return this.#connection?.stream.write(data) ?? true;
  }
}
