import type { Socket } from 'node:net';
import type { WireMessage } from './proxyFraming.ts';

/** As much as a lane holds back before it stops to read: a slow reader must make the writer wait. */
const HELD_BYTES = 1024 * 1024;

const END = 'end';

interface Waiting {
  readonly what: WireMessage | typeof END;
  /** Not before this time, in milliseconds of `performance.now()`. */
  readonly due: number;
}

export interface LaneOptions {
  readonly from: Socket;
  readonly to: Socket;
  readonly latencyMs: () => number;
  /** Cuts what has come into messages. */
  feed(data: Buffer): readonly WireMessage[];
  /** Asked of each message when its turn comes. */
  decide(message: WireMessage): 'pass' | 'drop' | 'hold';
  /** Told of the bytes that went out. */
  passed(bytes: number): void;
}

/** One direction of a connection: an ordered queue of messages, with latency, that can stand still. */
export class Lane {
  readonly #options: LaneOptions;
  readonly #queue: Waiting[] = [];
  #held = 0;
  #still = false;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: LaneOptions) {
    this.#options = options;
    const { from, to } = options;
    from.on('data', (data) => {
      for (const message of options.feed(data)) this.#push(message, message.bytes.length);
      this.#run();
    });
    from.on('end', () => this.#end());
    from.on('close', () => this.#end());
    to.on('drain', () => this.#run());
  }

  /** While it stands still, nothing leaves it, not even the news that the sender is gone. */
  set still(still: boolean) {
    this.#still = still;
    if (!still) this.#run();
  }

  #end(): void {
    if (this.#queue.at(-1)?.what !== END) this.#push(END, 0);
    this.#run();
  }

  #push(what: Waiting['what'], bytes: number): void {
    this.#held += bytes;
    this.#queue.push({ what, due: performance.now() + this.#options.latencyMs() });
  }

  #run(): void {
    const { from, to } = this.#options;
    to.cork();
    while (this.#next());
    // Writes of one turn go out together: thousands of rows would be as many system calls.
    to.uncork();
    if (this.#held > HELD_BYTES || this.#still) from.pause();
    else if (from.isPaused()) from.resume();
  }

  /** @returns whether there may be more to do now */
  #next(): boolean {
    const { from, to, decide, passed } = this.#options;
    const [head] = this.#queue;
    if (head === undefined || this.#still || to.writableNeedDrain) return false;
    if (head.due > performance.now()) {
      this.#wakeAt(head.due);
      return false;
    }
    if (head.what === END) {
      this.#queue.shift();
      if (from.destroyed) to.destroySoon();
      else to.end();
      return true;
    }
    const verdict = decide(head.what);
    if (verdict === 'hold') return false;
    this.#queue.shift();
    this.#held -= head.what.bytes.length;
    if (verdict === 'pass' && to.writable) {
      to.write(head.what.bytes);
      passed(head.what.bytes.length);
    }
    return true;
  }

  #wakeAt(due: number): void {
    if (this.#timer !== null) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        this.#run();
      },
      Math.max(0, Math.ceil(due - performance.now())),
    );
  }
}
