import type { Timeouts } from './sessionOptions.ts';

/**
 * Multiples of `progressMs` after which the server is asked. More than the 1.25 of the watchdog of a table (watchdog.ts),
 * which comes first where there is one, because its message names the table.
 */
const ASKED_AFTER = 1.5;

/** What is known of the server that a session waits for. */
export interface AwaitedServer {
  readonly timeouts: Pick<Timeouts, 'progressMs' | 'workMs'>;
  /** Bytes that the session has moved so far. */
  readonly bytes: number;
  /** Whether the server works for the session, asked in another one; null where it cannot be asked. */
  isAtWork(): Promise<boolean | null>;
}

/**
 * Begins a wait for a server.
 *
 * @param ms longest time for all of it; a finite number
 * @param onSilence called once, if the wait has not ended in time
 * @returns ends the wait
 */
export type StartWait = (ms: number, onSilence: () => void) => () => void;

/**
 * All waits for the server of one session, whoever waits and for whatever: an answer, rows, or that it takes rows. Each has
 * its time limit, which has to suit the longest statement. An answer that was lost on the way is noticed long before: once
 * no byte has moved for a while, the server is asked in another session whether it is at work at all.
 *
 * A server that cannot be asked gets as long as the longest statement may take (`workMs`).
 */
export class ServerWaits {
  readonly #server: AwaitedServer;
  /** Reject pending answers when the connection is lost. */
  readonly #pending = new Set<(error: Error) => void>();
  /** One question for all waits of the session. */
  #asking: Promise<boolean | null> | null = null;

  constructor(server: AwaitedServer) {
    this.#server = server;
  }

  /**
   * Awaits an answer.
   *
   * @param ms time limit; without one, `work` has limits of its own
   * @param onSilence called when the time is over; the connection is of no more use
   */
  async answer<T>(work: Promise<T>, ms: number, onSilence: () => void): Promise<T> {
    // Rejected by the timer itself, without relying on the socket's end to do so.
    const late = Promise.withResolvers<never>();
    late.promise.catch(() => {});
    const silence = (): void => {
      late.reject(new Error('no answer within the time-out'));
      onSilence();
    };
    const end = Number.isFinite(ms) ? this.start(ms, silence) : null;
    this.#pending.add(late.reject);
    try {
      return await Promise.race([work, late.promise]);
    } finally {
      this.#pending.delete(late.reject);
      end?.();
    }
  }

  /** Rejects all pending answers. */
  reject(error: Error): void {
    for (const tell of this.#pending) tell(error);
  }

  readonly start: StartWait = (ms, onSilence) => {
    const { progressMs, workMs } = this.#server.timeouts;
    const askedMs = progressMs * ASKED_AFTER;
    const since = performance.now();
    let { bytes } = this.#server;
    let unknownMs = 0;
    let isOver = false;
    const end = (): void => {
      isOver = true;
      clearTimeout(timer);
    };
    const giveUp = (): void => {
      if (isOver) return;
      end();
      onSilence();
    };
    const left = (): number => Math.max(0, ms - (performance.now() - since));
    /** Looks again later, or gives up once the time is over. */
    const goOn = (): void => {
      const rest = left();
      timer = rest > askedMs ? setTimeout(() => void look(), askedMs) : setTimeout(giveUp, rest);
    };
    const look = async (): Promise<void> => {
      if (bytes === this.#server.bytes) {
        timer = setTimeout(giveUp, left());
        const isAtWork = await this.#ask();
        clearTimeout(timer);
        if (isOver) return;
        unknownMs = isAtWork === null ? unknownMs + askedMs : 0;
        const isLost = isAtWork === false || unknownMs >= workMs;
        if (isLost && bytes === this.#server.bytes) return giveUp();
      }
      bytes = this.#server.bytes;
      goOn();
    };
    let timer: NodeJS.Timeout;
    goOn();
    return end;
  };

  #ask(): Promise<boolean | null> {
    this.#asking ??= this.#server
      .isAtWork()
      .catch(() => null)
      .finally(() => {
        this.#asking = null;
      });
    return this.#asking;
  }
}
