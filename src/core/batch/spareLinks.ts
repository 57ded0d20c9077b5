import type { Link } from '../load/pass.ts';
import type { Clock } from '../ports.ts';

/** A session that nobody has used for longer may be one that a firewall has dropped without a word, in milliseconds. */
const FRESH_MS = 60_000;

/**
 * Sessions for the runs that follow at once: those that looked at the sources, and one to central, which signs in
 * meanwhile. To sign in costs a slow link 2 kB and five round trips.
 */
export class SpareLinks implements AsyncDisposable {
  readonly #clock: Clock;
  readonly #links = new Map<string, { readonly link: Link; readonly since: number }>();

  #central: { readonly connection: string; readonly opening: Promise<Link>; readonly since: number } | null =
    null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Begins to sign in to central for the first connection that will write there. */
  beginCentral(connection: string, open: () => Promise<Link>): void {
    const opening = open();
    // Whoever takes it is told why it failed.
    opening.catch(() => {});
    this.#central = { connection, opening, since: this.#clock.monotonic() };
  }

  /**
   * The session to central that was begun for a connection; null where there is none that is fresh.
   *
   * @throws SyncFailure why it could not be opened
   */
  async takeCentral(connection: string): Promise<Link | null> {
    const begun = this.#central;
    if (begun?.connection !== connection) return null;
    this.#central = null;
    return this.#fresh(await begun.opening, begun.since);
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
    return this.#fresh(spare.link, spare.since);
  }

  async #fresh(link: Link, since: number): Promise<Link | null> {
    if (!link.session.lost && this.#clock.monotonic() - since < FRESH_MS) return link;
    await link.session.close();
    return null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const central = this.#central?.opening.then(
      (link) => link.session.close(),
      () => {},
    );
    await Promise.all([...[...this.#links.values()].map(({ link }) => link.session.close()), central]);
    this.#links.clear();
    this.#central = null;
  }
}
