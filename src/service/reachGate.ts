import type { OutOfReach } from '../core/batch/outOfReach.ts';
import type { Clock, Ports, Random } from '../core/ports.ts';
import { FailureKind } from '../shared/errors.ts';

const FIRST_DELAY_MS = 5_000;
const LONGEST_DELAY_MS = 5 * 60_000;

/** Waiting for a database to answer. Times are wall-clock milliseconds. */
export interface Waiting {
  readonly found: OutOfReach;
  readonly since: number;
  readonly nextAt: number;
}

interface Closed extends Waiting {
  readonly failures: number;
}

/**
 * Holds work back while a database does not answer. After a power cut the server, the router and the line
 * come back at different times, so it checks again with growing delays, jittered because other branches had
 * the same power cut. Each database waits by itself: one branch that is down does not hold up the others.
 */
export class ReachGate {
  readonly #clock: Clock;
  readonly #random: Random;
  /** Keyed by connection; null is central. */
  readonly #closed = new Map<string | null, Closed>();

  constructor({ clock, random }: Pick<Ports, 'clock' | 'random'>) {
    this.#clock = clock;
    this.#random = random;
  }

  /** The database that has been waited for longest. */
  get waiting(): Waiting | null {
    const longest = [...this.#closed.values()].sort((a, b) => a.since - b.since)[0];
    if (longest === undefined) return null;
    const { found, since, nextAt } = longest;
    return { found, since, nextAt };
  }

  /**
   * When central and these connections may be asked again; null for now.
   *
   * @param connections ids, or `*` for all
   */
  notBefore(connections: readonly string[]): number | null {
    const times = [...this.#closed]
      .filter(([id]) => id === null || names(connections, id))
      .map(([, { nextAt }]) => nextAt);
    return times.length === 0 ? null : Math.max(...times);
  }

  /**
   * Whether work on some connections may begin. A failure that waiting cannot fix (a wrong password) lets it
   * begin: the batch then reports what is wrong.
   */
  passes(connections: readonly string[], found: OutOfReach | null): boolean {
    if (found === null || found.failure.kind === FailureKind.Permanent) {
      for (const id of [...this.#closed.keys()])
        if (id === null || names(connections, id)) this.#closed.delete(id);
      return true;
    }
    // Central is asked first, so if another database failed, central answered.
    if (found.connection !== null) this.#closed.delete(null);
    this.#close(found);
    return false;
  }

  #close(found: OutOfReach): void {
    const before = this.#closed.get(found.connection);
    const failures = before?.failures ?? 0;
    const now = this.#clock.now().getTime();
    const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** failures);
    this.#closed.set(found.connection, {
      found,
      failures: failures + 1,
      since: before?.since ?? now,
      nextAt: now + ceiling / 2 + (this.#random() * ceiling) / 2,
    });
  }

  /** Allows the next check at once: a person requested it, or the network is back. */
  open(): void {
    this.#closed.clear();
  }

  /** Drops databases that could have been asked again by now but were not needed. */
  forgetUnwanted(): void {
    const now = this.#clock.now().getTime();
    for (const [id, { nextAt }] of [...this.#closed]) if (nextAt <= now) this.#closed.delete(id);
  }
}

function names(connections: readonly string[], id: string): boolean {
  return connections.some((one) => one === '*' || one.toLowerCase() === id.toLowerCase());
}
