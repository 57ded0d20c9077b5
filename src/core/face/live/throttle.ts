import type { Clock } from '../../ports.ts';

/** Five a second: as fast as numbers can be read while they change. */
const EVERY_MS = 200;

/** Calls at most five times a second: at once where it was quiet, and always after the last that was wanted. */
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

  /** Something is to be sent. */
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
