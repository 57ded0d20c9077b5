import type { Engine } from '../core/engineApi.ts';

/** A run of a server that ends before anybody has seen it is not known of: see `source/serverRuns.ts`. */
const EVERY_MS = 60 * 60_000;
/** A server that comes up after this machine is asked again soon: where its run began shows for minutes only. */
const FIRST_RETRY_MS = 60_000;

/** Looks at the sources' servers as the service begins, and every hour, so that a restore of one is noticed. */
export class RunWatch {
  readonly #logError: (error: unknown) => void;
  #nextAt = 0;
  #failures = 0;
  #looking = false;

  constructor(logError: (error: unknown) => void) {
    this.#logError = logError;
  }

  /** Looks if it is time to, and does not wait for it: a server that does not answer holds nothing up. */
  look(engine: Engine, now: number): void {
    if (this.#looking || now < this.#nextAt) return;
    this.#looking = true;
    void engine
      .noteServerRuns()
      .then((all) => this.#plan(now, all))
      .catch((error: unknown) => {
        this.#plan(now, false);
        this.#logError(error);
      })
      .finally(() => {
        this.#looking = false;
      });
  }

  #plan(now: number, all: boolean): void {
    const retry = Math.min(EVERY_MS, FIRST_RETRY_MS * 2 ** this.#failures);
    this.#failures = all ? 0 : this.#failures + 1;
    this.#nextAt = now + (all ? EVERY_MS : retry);
  }
}
