import type { Connection, Submittable } from 'pg';
import { sendStatements } from './pipeline.ts';
import type { CopyFormat, RowBlock } from './rowBlock.ts';
import { BINARY_HEADER_MESSAGE, BINARY_TRAILER_MESSAGE, COPY_DONE_MESSAGE } from './wire.ts';

/** A row that was cut by the end of a read comes alone; it is sent together with what follows it. */
const SMALL_BYTES = 4096;

/**
 * Sent in one piece. The time limit is for a piece: one for a whole row would refuse an attachment of 100 MB on a
 * slow link; this asks for 35 kbit/s.
 */
const PIECE_BYTES = 256 * 1024;

/**
 * COPY … FROM STDIN, fed with {@link RowBlock}s. Other statements may come before the COPY (`BEGIN`, `SET LOCAL …`),
 * which saves a round trip on a slow link.
 *
 * The Sync that ends the statements follows the rows, or an error: a server that takes rows ignores one.
 */
export class CopyIn implements Submittable {
  readonly #statements: readonly string[];
  readonly #format: CopyFormat;
  readonly #onStall: () => void;
  readonly #stallMs: number;
  readonly #ready = Promise.withResolvers<void>();
  readonly #done = Promise.withResolvers<void>();
  #connection: Connection | null = null;
  #failure: Error | null = null;
  #wake: (() => void) | null = null;
  #corked = false;
  #synced = false;
  #tag = '';

  /**
   * @param stallMs longest time in milliseconds that the server may take nothing of what is sent
   * @param onStall called then; ends the connection
   */
  constructor(statements: readonly string[], format: CopyFormat, stallMs: number, onStall: () => void) {
    this.#statements = statements;
    this.#format = format;
    this.#stallMs = stallMs;
    this.#onStall = onStall;
    // Both are awaited only where the caller is just then; a failure in between must not be "unhandled".
    this.#ready.promise.catch(() => {});
    this.#done.promise.catch(() => {});
  }

  /** Resolves when the server is ready for rows. */
  async begin(): Promise<void> {
    await this.#ready.promise;
    if (this.#format === 'binary') this.#send(BINARY_HEADER_MESSAGE);
  }

  /**
   * Sends rows. Nearly all blocks go out at once, and then nobody has to wait for a promise.
   *
   * @returns what to wait for before more may be sent; null where there is nothing to wait for
   * @throws Error what the server or the connection said meanwhile
   */
  write(block: RowBlock): Promise<void> | null {
    if (this.#failure !== null) throw this.#failure;
    const stream = this.#connection?.stream;
    if (stream === undefined) return null;
    const { memory, messages } = block;
    if (messages.length < SMALL_BYTES && !this.#corked) {
      this.#corked = true;
      stream.cork();
      stream.write(messages);
      return null;
    }
    // Only after it was sent: a connection that dies may still be reading from it.
    const giveBack = (error?: Error | null): void => {
      if (error == null) memory?.transfer(0);
    };
    if (messages.length > PIECE_BYTES) return this.#writePieces(stream, messages, giveBack);
    const more = stream.write(messages, giveBack);
    this.#uncork();
    return more ? null : this.#drained(stream);
  }

  async #writePieces(
    stream: Connection['stream'],
    messages: Buffer,
    giveBack: (error?: Error | null) => void,
  ): Promise<void> {
    for (let at = 0; at < messages.length; at += PIECE_BYTES) {
      const end = Math.min(messages.length, at + PIECE_BYTES);
      const piece = messages.subarray(at, end);
      const more = end < messages.length ? stream.write(piece) : stream.write(piece, giveBack);
      this.#uncork();
      if (!more) await this.#drained(stream);
    }
  }

  /** @throws Error where the connection ends meanwhile, or takes nothing for too long */
  async #drained(stream: Connection['stream']): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const stall = setTimeout(() => {
      this.#onStall();
      // Whoever waits is told at once, and not only when the socket has closed.
      this.handleError(new Error('no rows are taken'));
    }, this.#stallMs);
    this.#wake = resolve;
    stream.once('drain', resolve);
    await promise;
    clearTimeout(stall);
    stream.removeListener('drain', resolve);
    this.#wake = null;
    if (this.#failure !== null) throw this.#failure;
  }

  /**
   * Ends the copy; resolves when the server has taken all rows.
   *
   * @returns how many it says it has taken
   */
  async end(): Promise<number> {
    if (this.#failure !== null) throw this.#failure;
    if (this.#format === 'binary') this.#send(BINARY_TRAILER_MESSAGE);
    this.#send(COPY_DONE_MESSAGE);
    this.#sync();
    await this.#done.promise;
    return Number(/^COPY (\d+)$/.exec(this.#tag)?.[1] ?? Number.NaN);
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
    this.#ready.resolve();
  }

  handleError(error: Error): void {
    this.#failure ??= error;
    this.#sync();
    this.#ready.reject(error);
    this.#done.reject(error);
    this.#wake?.();
  }

  /** What the statements before the COPY return is of no interest. */
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleEmptyQuery(): void {}

  /** The COPY is the last statement. */
  handleCommandComplete({ text }: { readonly text: string }): void {
    this.#tag = text;
  }

  handleReadyForQuery(): void {
    this.#ready.reject(new Error('The server did not ask for COPY data'));
    this.#done.resolve();
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
