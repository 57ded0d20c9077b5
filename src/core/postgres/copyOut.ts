import type { Connection, Submittable } from 'pg';
import { sendStatements } from './pipeline.ts';
import { type CopyFormat, type RowBlock, splitBlock } from './rowBlock.ts';
import { RowFramer } from './rowFramer.ts';
import { Message, WireError } from './wire.ts';

/** Read-ahead of one table: enough to keep the link busy while central applies a chunk, and no more. */
const READ_AHEAD_BYTES = 16 * 1024 * 1024;

type DataListener = (data: Buffer) => void;

export interface CopyOutOptions {
  readonly format: CopyFormat;
  /** Number of columns that every row must have. */
  readonly columns: number;
  /** Longest time in milliseconds until the first row begins to come. */
  readonly firstRowMs: number;
  /** Longest silence in milliseconds while we ask for rows, and longest time from their end to the command's. */
  readonly idleMs: number;
  /** Called when nothing came in time; ends the connection. */
  readonly onSilence: () => void;
}

/**
 * COPY … TO STDOUT, pulled as blocks of whole rows.
 *
 * For the time of the copy it takes the socket's bytes from node-pg, as pg-copy-streams does, and gives
 * the rest back to node-pg's parser at the end; see docs/decisions/0003-copy-protocol.md for why it is
 * not pg-copy-streams itself. The timer runs from the first moment to the last, but for the time in which we
 * ask for nothing: a slow central must not look like a dead branch. Only bytes of rows wind it up again.
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
  #silence: NodeJS.Timeout | null = null;
  #sawRow = false;
  #rows = 0;
  /** The server has said that all rows were sent. */
  #done = false;
  /** What the server says of the copy differs from what came. */
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

  /** The next rows, if some have come: at most `maxRows` of them. */
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

  /** True when the source has sent everything and everything was taken. */
  get exhausted(): boolean {
    return this.#ended && this.#failure === null && this.#blocks.length === 0;
  }

  /**
   * Waits until there is something to take, the copy is exhausted, `ms` have passed, or the signal is aborted.
   *
   * @throws Error what ended the copy before its end
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
      // The signal lives as long as the run: what is left on it would pile up, one for every wait.
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
    // Behind the last row the time runs until the command's end, whatever comes.
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

  /** Hands the socket back to node-pg, with the bytes that are its own. */
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
    this.#silence = setTimeout(this.#giveUp, ms);
    this.#silence.unref();
  }

  /** Whoever waits here is told at once, and not only when the socket has closed. */
  readonly #giveUp = (): void => {
    this.#options.onSilence();
    this.#end(new Error('no rows within the time-out'));
  };

  #unwatch(): void {
    if (this.#silence !== null) clearTimeout(this.#silence);
    this.#silence = null;
  }
}
