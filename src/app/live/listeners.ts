import type { Clock, Logger } from '../../core/ports.ts';
import type { LiveView } from '../../window-api/views.ts';
import type { WindowEvent } from '../../window-api/windowApi.ts';

/** Subscribers of the window's events. A listener that throws is logged and ignored. */
export class Listeners {
  readonly #listeners = new Set<(event: WindowEvent) => void>();
  readonly #logger: Logger;
  /** The live view sent last, as text. */
  #live = '';

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  get isEmpty(): boolean {
    return this.#listeners.size === 0;
  }

  add(listener: (event: WindowEvent) => void): () => void {
    this.#listeners.add(listener);
    // A new subscriber has received nothing yet.
    this.#live = '';
    return () => this.#listeners.delete(listener);
  }

  tell(event: WindowEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#logger.log('error', 'A listener failed', { event: event.type, error: String(error) });
      }
    }
  }

  /** Sends the live view if it differs from the last one sent. */
  tellLive(live: LiveView): void {
    const text = JSON.stringify(live);
    if (text === this.#live) return;
    this.#live = text;
    this.tell({ type: 'live', live });
  }
}

/** Five times per second: as fast as changing numbers can be read. */
const EVERY_MS = 200;

/** Limits calls to five per second: the first comes at once, and the last request is never lost. */
export class Throttle implements Disposable {
  readonly #clock: Clock;
  readonly #send: () => void;
  readonly #over = new AbortController();
  #lastAt = Number.NEGATIVE_INFINITY;
  #waiting = false;

  constructor(clock: Clock, send: () => void) {
    this.#clock = clock;
    this.#send = send;
  }

  /** Requests a call. */
  want(): void {
    if (this.#waiting || this.#over.signal.aborted) return;
    const left = this.#lastAt + EVERY_MS - this.#clock.monotonic();
    if (left <= 0) {
      this.#now();
      return;
    }
    this.#waiting = true;
    void this.#clock.sleep(left, this.#over.signal).then(
      () => {
        this.#waiting = false;
        this.#now();
      },
      () => {},
    );
  }

  [Symbol.dispose](): void {
    this.#over.abort();
  }

  #now(): void {
    this.#lastAt = this.#clock.monotonic();
    this.#send();
  }
}
