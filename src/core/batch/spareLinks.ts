import type { Clock } from '../ports.ts';
import type { Link } from '../postgres/link.ts';
import type { SourceConnection } from '../source/port.ts';

/** Maximum idle time of a spare session, in milliseconds. A firewall may silently drop an older one. */
const FRESH_MS = 60_000;

/**
 * Open sessions for the run that follows: those that read the sources' catalogues, and one to central that signs in at the
 * same time. Signing in costs 2 kB and five round trips, which is noticeable on a slow link.
 */
export class SpareLinks implements AsyncDisposable {
  readonly #clock: Clock;
  readonly #sources = new Map<string, { readonly source: SourceConnection; readonly since: number }>();

  #central: { readonly connection: string; readonly opening: Promise<Link>; readonly since: number } | null =
    null;

  readonly #abandoned = new AbortController();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Starts to sign in to central for the first connection that will write there. */
  beginCentral(connection: string, open: (abandoned: AbortSignal) => Promise<Link>): void {
    const opening = open(this.#abandoned.signal);
    // The error is thrown to the caller of takeCentral.
    opening.catch(() => {});
    this.#central = { connection, opening, since: this.#clock.monotonic() };
  }

  /**
   * The session to central that was started for a connection; null where there is none, or it is too old.
   *
   * @throws SyncFailure why it could not be opened
   */
  async takeCentral(connection: string): Promise<Link | null> {
    const begun = this.#central;
    if (begun?.connection !== connection) return null;
    this.#central = null;
    return this.#fresh(await begun.opening, begun.since);
  }

  /** Keeps a session to a source. @param connection its id; no session of it may be kept yet */
  put(connection: string, source: SourceConnection): void {
    this.#sources.set(connection, { source, since: this.#clock.monotonic() });
  }

  /** Hands over the session to a connection's source; null where there is none, or it is too old. */
  async take(connection: string): Promise<SourceConnection | null> {
    const spare = this.#sources.get(connection);
    this.#sources.delete(connection);
    if (spare === undefined) return null;
    return this.#fresh(spare.source, spare.since);
  }

  async #fresh<T extends Link | SourceConnection>(link: T, since: number): Promise<T | null> {
    if (!link.lost && this.#clock.monotonic() - since < FRESH_MS) return link;
    await link.close();
    return null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A server that does not answer must not keep a run from ending.
    this.#abandoned.abort();
    const central = this.#central?.opening.then(
      (link) => link.close(),
      () => {},
    );
    await Promise.all([...[...this.#sources.values()].map(({ source }) => source.close()), central]);
    this.#sources.clear();
    this.#central = null;
  }
}
