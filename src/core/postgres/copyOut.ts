import type { Connection, Submittable } from 'pg';
import { sendStatements } from './pipeline.ts';
import { type CopyFormat, type RowBlock, splitBlock } from './rowBlock.ts';
import { RowFramer } from './rowFramer.ts';
import type { StartWait } from './serverWaits.ts';
import { Message, WireError } from './wire.ts';

/** Read-ahead per table: enough to keep the link busy while central applies a chunk. */
const READ_AHEAD_BYTES = 16 * 1024 * 1024;

type DataListener = (data: Buffer) => void;

export interface CopyOutOptions {
  readonly format: CopyFormat;
  /** Number of columns that every row must have. */
  readonly columns: number;
  /** Time limit in milliseconds for the first row. */
  readonly firstRowMs: number;
  /**
   * Longest silence in milliseconds while we ask for rows; also the time limit from the last row to the
   * command's end.
   */
  readonly idleMs: number;
  /** Begins to wait under such a limit. */
  readonly wait: StartWait;
  /** Called when a limit is exceeded; ends the connection. */
  readonly onSilence: () => void;
}

/**
 * COPY … TO STDOUT, pulled as blocks of whole rows.
 *
 * During the copy it takes the socket's bytes from node-pg, as pg-copy-streams does, and gives the rest back
 * to node-pg's parser at the end; docs/decisions/0003-copy-protocol.md says why it is not pg-copy-streams
 * itself. The timer runs all the time except while we ask for nothing: a slow central must not look like a
 * dead branch. Only bytes of rows reset it.
 */
export class CopyOut implements Submittable {
  readonly text: string;
  readonly #options: CopyOutOptions;
  readonly #framer: RowFramer;
  readonly #blocks: RowBlock[] = [];
  #buffered = 0;
  #connection: Connection | null = null;
  #pgListener: DataListener | null = null;
  #paused = false;
  #ended = false;
  #failure: Error | null = null;
  #wake: (() => void) | null = null;
  #endWait: (() => void) | null = null;
  #sawRow = false;
  #rows = 0;
  /** The server has said that all rows were sent. */
  #done = false;
  /** The server's row count differs from the rows that arrived. */
  #mismatch: WireError | null = null;

  constructor(text: string, options: CopyOutOptions) {
    this.text = text;
    this.#options = options;
    this.#framer = new RowFramer(options.format, options.columns, {
      rows: (block) => this.#push(block),
      other: (message) => this.#pgListener?.(message),
      over: (rest) => this.#detach(rest),
    });
    this.#watch();
  }

  /** The next rows, at most `maxRows`; null if none have arrived. */
  take(maxRows: number): RowBlock | null {
    const block = this.#blocks[0];
    if (block === undefined) return null;
    let taken = block;
    if (block.rows > maxRows) {
      const [head, tail] = splitBlock(block, maxRows);
      this.#blocks[0] = tail;
      taken = head;
    } else {
      this.#blocks.shift();
    }
    this.#buffered -= taken.messages.length;
    if (this.#paused && this.#buffered < READ_AHEAD_BYTES / 2) this.#resume();
    return taken;
  }

  /** True when the source has sent everything and all of it was taken. */
  get exhausted(): boolean {
    return this.#ended && this.#failure === null && this.#blocks.length === 0;
  }

  /**
   * Waits until there are rows, the copy is exhausted, `ms` have passed, or the signal is aborted.
   *
   * @throws Error that ended the copy early
   */
  async ready(ms: number, signal?: AbortSignal): Promise<void> {
    if (this.#blocks.length > 0) return;
    if (!this.#ended && signal?.aborted !== true) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = Number.isFinite(ms) ? setTimeout(resolve, Math.max(0, ms)) : null;
      const abort = (): void => resolve();
      signal?.addEventListener('abort', abort);
      this.#wake = resolve;
      await promise;
      this.#wake = null;
      // The signal lives as long as the run, so listeners must be removed or they would pile up.
      signal?.removeEventListener('abort', abort);
      if (timer !== null) clearTimeout(timer);
    }
    if (this.#failure !== null && this.#blocks.length === 0) throw this.#failure;
  }

  submit(connection: Connection): void {
    this.#connection = connection;
    const stream = connection.stream;
    const listeners = stream.listeners('data') as DataListener[];
    const [listener] = listeners;
    if (listeners.length !== 1 || listener === undefined)
      throw new Error('node-pg reads its socket in an unknown way');
    this.#pgListener = listener;
    stream.removeListener('data', listener);
    stream.on('data', this.#onData);
    sendStatements(connection, [{ text: this.text }]);
    connection.sync();
  }

  handleError(error: Error): void {
    this.#release();
    this.#end(error);
  }

  handleCommandComplete({ text }: { readonly text?: string }): void {
    const sent = /^COPY (\d+)$/.exec(text ?? '')?.[1];
    if (Number(sent) !== this.#rows)
      this.#mismatch = new WireError(
        `the server says ${sent ?? 'no number'} where ${this.#rows} rows have come`,
      );
  }

  handleReadyForQuery(): void {
    this.#release();
    this.#end(this.#done ? this.#mismatch : new WireError('COPY came to no end'));
  }

  readonly #onData = (data: Buffer): void => {
    let fedRows: boolean;
    try {
      fedRows = this.#framer.feed(data);
    } catch (error) {
      this.#connection?.stream.destroy(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    if (!fedRows) return;
    this.#sawRow = true;
    // After the last row the timer runs until the command's end, whatever arrives.
    if (this.#pgListener !== null && !this.#paused) this.#watch();
  };

  #push(block: RowBlock): void {
    this.#rows += block.rows;
    this.#blocks.push(block);
    this.#buffered += block.messages.length;
    if (this.#buffered >= READ_AHEAD_BYTES && !this.#paused) {
      this.#paused = true;
      this.#connection?.stream.pause();
      this.#unwatch();
    }
    this.#wake?.();
  }

  #resume(): void {
    this.#paused = false;
    this.#connection?.stream.resume();
    if (this.#pgListener !== null) this.#watch();
  }

  /** Hands the socket back to node-pg, with the bytes that belong to it. */
  #detach(rest: Buffer): void {
    const listener = this.#pgListener;
    if (listener === null) throw new Error('the socket is node-pg’s already');
    this.#done = rest[0] === Message.CopyDone;
    this.#sawRow = true;
    this.#release();
    this.#watch();
    listener(rest);
  }

  #release(): void {
    const stream = this.#connection?.stream;
    if (stream === undefined || this.#pgListener === null) return;
    stream.removeListener('data', this.#onData);
    stream.on('data', this.#pgListener);
    this.#pgListener = null;
    if (this.#paused) {
      this.#paused = false;
      stream.resume();
    }
  }

  #end(failure: Error | null): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#unwatch();
    this.#failure = failure;
    this.#wake?.();
  }

  #watch(): void {
    this.#unwatch();
    const ms = this.#sawRow ? this.#options.idleMs : this.#options.firstRowMs;
    this.#endWait = this.#options.wait(ms, this.#giveUp);
  }

  /** Rejects at once instead of when the socket has closed. */
  readonly #giveUp = (): void => {
    this.#options.onSilence();
    this.#end(new Error('no rows within the time-out'));
  };

  #unwatch(): void {
    this.#endWait?.();
    this.#endWait = null;
  }
}
