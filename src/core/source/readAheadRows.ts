import type { SyncFailure } from '../../shared/errors.ts';
import { type RowBlock, splitBlock } from '../postgres/rowBlock.ts';
import type { SourceRows } from './port.ts';

/** Blocks of rows that are read ahead. */
const READ_AHEAD = 4;

/** The rows of a source that can be written as a generator of blocks: reads a few blocks ahead of who takes them. */
export class ReadAheadRows implements SourceRows {
  readonly failure: (error: unknown) => SyncFailure;
  readonly #source: AsyncGenerator<RowBlock>;
  readonly #blocks: RowBlock[] = [];
  #filling: Promise<void> | null = null;
  #wake: (() => void) | null = null;
  #ended = false;
  #cut = false;
  #failure: unknown = null;

  /**
   * @param source rows in the order of the table's key, as CopyData messages in the requested form
   * @param failure the meaning of an error of `source`
   */
  constructor(source: AsyncGenerator<RowBlock>, failure: (error: unknown) => SyncFailure) {
    this.#source = source;
    this.failure = failure;
  }

  get exhausted(): boolean {
    return this.#ended && this.#failure === null && this.#blocks.length === 0;
  }

  take(maxRows: number): RowBlock | null {
    const block = this.#blocks[0];
    if (block === undefined) return null;
    if (block.rows > maxRows) {
      const [head, tail] = splitBlock(block, maxRows);
      this.#blocks[0] = tail;
      return head;
    }
    this.#blocks.shift();
    if (this.#blocks.length < READ_AHEAD) this.#fill();
    return block;
  }

  async ready(ms: number, stop: AbortSignal): Promise<void> {
    if (this.#blocks.length > 0) return;
    this.#fill();
    if (!this.#ended && !stop.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = Number.isFinite(ms) ? setTimeout(resolve, Math.max(0, ms)) : null;
      const abort = (): void => resolve();
      stop.addEventListener('abort', abort);
      this.#wake = resolve;
      await promise;
      this.#wake = null;
      stop.removeEventListener('abort', abort);
      if (timer !== null) clearTimeout(timer);
    }
    if (this.#failure !== null && this.#blocks.length === 0) throw this.#failure;
  }

  async end(): Promise<void> {
    this.cut();
    await this.#filling;
    await this.#source.return(undefined);
  }

  cut(): void {
    this.#cut = true;
  }

  /** Reads until some blocks are there, unless that is under way. */
  #fill(): void {
    if (this.#ended || this.#filling !== null) return;
    this.#filling = this.#readAhead().finally(() => {
      this.#filling = null;
    });
  }

  async #readAhead(): Promise<void> {
    try {
      while (this.#blocks.length < READ_AHEAD && !this.#cut) {
        const next = await this.#source.next();
        if (next.done === true) {
          this.#ended = true;
          break;
        }
        this.#blocks.push(next.value);
        this.#wake?.();
      }
    } catch (error) {
      this.#failure = error;
      this.#ended = true;
    }
    this.#wake?.();
  }
}
