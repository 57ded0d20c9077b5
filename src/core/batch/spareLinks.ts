import type { Link } from '../load/pass.ts';
import type { Clock } from '../ports.ts';

/** A session that nobody has used for longer may be one that a firewall has dropped without a word, in milliseconds. */
const FRESH_MS = 60_000;

/**
 * Sessions to sources that were looked at, for the runs that follow at once. To sign in anew costs a slow link 2 kB
 * and five round trips.
 */
export class SpareLinks implements AsyncDisposable {
  readonly #clock: Clock;
  readonly #links = new Map<string, { readonly link: Link; readonly since: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param connection its id; there is none of it yet */
  put(connection: string, link: Link): void {
    this.#links.set(connection, { link, since: this.#clock.monotonic() });
  }

  /** The session of a connection, which is the caller's from now on; null where there is none that is fresh. */
  async take(connection: string): Promise<Link | null> {
    const spare = this.#links.get(connection);
    this.#links.delete(connection);
    if (spare === undefined) return null;
    const { link, since } = spare;
    if (!link.session.lost && this.#clock.monotonic() - since < FRESH_MS) return link;
    await link.session.close();
    return null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#links.values()].map(({ link }) => link.session.close()));
    this.#links.clear();
  }
}
