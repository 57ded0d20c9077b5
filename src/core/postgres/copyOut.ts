import type { Connection, Submittable } from 'pg';
import { type CopyFormat, type RowBlock, splitBlock } from './rowBlock.ts';
import { RowFramer } from './rowFramer.ts';

/** Read-ahead of one table: enough to keep the link busy while central applies a chunk, and no more. */
const READ_AHEAD_BYTES = 16 * 1024 * 1024;

type DataListener = (data: Buffer) => void;

export interface CopyOutOptions {
  readonly format: CopyFormat;
  /** Number of columns that every row must have. */
  readonly columns: number;
  /** Longest silence in milliseconds while we ask for data, before the first row and after it. */
  readonly firstRowMs: number;
  readonly idleMs: number;
  /** Called when a silence was too long; ends the connection. */
  readonly onSilence: () => void;
}

/**
 * COPY … TO STDOUT, pulled as blocks of whole rows.
 *
 * For the time of the copy it takes the socket's bytes from node-pg, as pg-copy-streams does, and gives
 * the rest back to node-pg's parser at the end; see docs/decisions/0003-copy-protocol.md for why it is
 * not pg-copy-streams itself. The idle timer runs only while the socket flows: a slow central must not
 * look like a dead branch.
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

  constructor(text: string, options: CopyOutOptions) {
    this.text = text;
    this.#options = options;
    this.#framer = new RowFramer(options.format, options.columns, {
      rows: (block) => this.#push(block),
      other: (message) => this.#pgListener?.(message),
      over: (rest) => this.#detach(rest),
    });
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
    connection.query(this.text);
    this.#watch();
  }

  handleError(error: Error): void {
    this.#release();
    this.#end(error);
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    this.#end(null);
  }

  readonly #onData = (data: Buffer): void => {
    try {
      this.#framer.feed(data);
    } catch (error) {
      this.#connection?.stream.destroy(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    if (this.#pgListener !== null && !this.#paused) this.#watch();
  };

  #push(block: RowBlock): void {
    this.#sawRow = true;
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
    if (listener === null) return;
    this.#release();
    listener(rest);
  }

  #release(): void {
    this.#unwatch();
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
    this.#failure = failure;
    this.#wake?.();
  }

  #watch(): void {
    this.#unwatch();
    const ms = this.#sawRow ? this.#options.idleMs : this.#options.firstRowMs;
    this.#silence = setTimeout(this.#options.onSilence, ms);
    this.#silence.unref();
  }

  #unwatch(): void {
    if (this.#silence !== null) clearTimeout(this.#silence);
    this.#silence = null;
  }
}
