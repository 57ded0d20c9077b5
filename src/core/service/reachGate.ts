import { FailureKind } from '../../shared/errors.ts';
import type { OutOfReach } from '../batch/reach.ts';
import type { Clock, Ports, Random } from '../ports.ts';

const FIRST_DELAY_MS = 5_000;
const LONGEST_DELAY_MS = 5 * 60_000;

/** Waiting for a database to answer. Times in milliseconds of the wall clock. */
export interface Waiting {
  readonly found: OutOfReach;
  readonly since: number;
  readonly nextAt: number;
}

/**
 * Keeps work back while a database does not answer: after a power cut the branch's server, the router and the
 * line come back each in its own time. Asks again with growing delays, jittered, since the other branches of the
 * town had the same power cut.
 */
export class ReachGate {
  readonly #clock: Clock;
  readonly #random: Random;
  #failures = 0;
  #waiting: Waiting | null = null;

  constructor({ clock, random }: Pick<Ports, 'clock' | 'random'>) {
    this.#clock = clock;
    this.#random = random;
  }

  get waiting(): Waiting | null {
    return this.#waiting;
  }

  /** When it may be asked; null for at once. */
  notBefore(): number | null {
    return this.#waiting?.nextAt ?? null;
  }

  /**
   * Whether work may begin. A failure that no waiting heals (a wrong password) lets it begin: the batch then says
   * what is wrong.
   */
  passes(found: OutOfReach | null): boolean {
    if (found === null || found.failure.kind === FailureKind.Permanent) {
      this.open();
      return true;
    }
    const now = this.#clock.now().getTime();
    const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.#failures);
    this.#failures++;
    this.#waiting = {
      found,
      since: this.#waiting?.since ?? now,
      nextAt: now + ceiling / 2 + (this.#random() * ceiling) / 2,
    };
    return false;
  }

  /** Asks at once next time: a person wants it, or the network has come back. */
  open(): void {
    this.#failures = 0;
    this.#waiting = null;
  }
}
