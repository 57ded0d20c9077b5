import { FailureCode } from '../../shared/errors.ts';
import type { Link } from '../load/pass.ts';
import type { Logger } from '../ports.ts';
import { beat, type Claim, HEARTBEAT_MS, release } from '../target/ownership.ts';
import { asFailure } from '../unexpected.ts';

/** Writes heartbeats to central, so that no other installation takes the connection for abandoned. */
export class Heartbeat {
  readonly #claim: Claim;
  readonly #open: () => Promise<Link>;
  readonly #logger: Logger;
  readonly #onLostLease: () => void;
  readonly #timer: NodeJS.Timeout;
  #link: Link;
  #opening: Promise<Link> | null = null;
  /** Whether the session is in use by {@link lend}, so that a heartbeat would have to wait. */
  #lent = false;
  /** Callers of {@link lend} wait for the one before them. */
  #turn: Promise<unknown> = Promise.resolve();
  /** A second session, opened by a heartbeat while the first was lent. */
  #other: Link | null = null;
  #beating = false;
  /** Set at the end, so that a late heartbeat leaves no session open. */
  #letGone = false;

  /** @param link the session that has claimed the connection; this object closes it */
  constructor(claim: Claim, link: Link, open: () => Promise<Link>, logger: Logger, onLostLease: () => void) {
    this.#claim = claim;
    this.#link = link;
    this.#open = open;
    this.#logger = logger;
    this.#onLostLease = onLostLease;
    this.#timer = setInterval(() => void this.#beat(), HEARTBEAT_MS);
    this.#timer.unref();
  }

  /**
   * Does some work at central in the session that has claimed the connection, so that a run with little to do needs no
   * second one. If the work fails, the session is cut, because a transaction may still be open.
   */
  lend<T>(work: (link: Link) => Promise<T>): Promise<T> {
    const turn = this.#turn.then(() => this.#lend(work));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** Cuts the session while {@link lend} uses it. */
  cut(): void {
    if (this.#lent) this.#link.session.destroy();
  }

  async #lend<T>(work: (link: Link) => Promise<T>): Promise<T> {
    const link = await this.#own();
    this.#lent = true;
    try {
      return await work(link);
    } catch (error) {
      link.session.destroy();
      throw error;
    } finally {
      this.#lent = false;
    }
  }

  /** Ends the heartbeats and releases the connection, so that another installation need not wait. */
  async letGo(): Promise<void> {
    clearInterval(this.#timer);
    this.#letGone = true;
    const sessions = [this.#link, this.#other].flatMap((one) => (one === null ? [] : [one.session]));
    const open = sessions.find((one) => !one.lost);
    if (open !== undefined) await release(open, this.#claim).catch(() => {});
    await Promise.all(sessions.map((one) => one.close()));
  }

  async #beat(): Promise<void> {
    // On a bad link a heartbeat may take longer than the interval.
    if (this.#beating) return;
    this.#beating = true;
    try {
      const link = await this.#linkToBeat();
      if (link !== null) await beat(link.session, this.#claim);
    } catch (error) {
      // The next chunk's checkpoint would notice it too, but later.
      if (asFailure(error).code === FailureCode.LostLease) this.#onLostLease();
      this.#logger.log('warn', 'The sign of life at central failed', { error: String(error) });
    } finally {
      this.#beating = false;
    }
  }

  /** The session for a heartbeat; null where the run has ended meanwhile. */
  async #linkToBeat(): Promise<Link | null> {
    if (this.#other !== null && !this.#other.session.lost) return this.#other;
    if (!this.#lent && !this.#link.session.lost) return this.#link;
    const lent = this.#lent;
    const link = lent ? await this.#open() : await this.#own();
    if (this.#letGone) {
      link.session.destroy();
      return null;
    }
    if (lent) this.#other = link;
    return link;
  }

  /** The session that has claimed the connection, or its replacement after a loss, opened once for all callers. */
  async #own(): Promise<Link> {
    if (!this.#link.session.lost) return this.#link;
    this.#opening ??= this.#open().finally(() => {
      this.#opening = null;
    });
    this.#link = await this.#opening;
    return this.#link;
  }
}
