import { FailureCode } from '../../shared/errors.ts';
import type { Link } from '../load/pass.ts';
import type { Logger } from '../ports.ts';
import { beat, type Claim, HEARTBEAT_MS, release } from '../target/ownership.ts';
import { asFailure } from '../unexpected.ts';

/** Signs of life at central, so that no other installation takes the connection for abandoned. */
export class Heartbeat {
  readonly #claim: Claim;
  readonly #open: () => Promise<Link>;
  readonly #logger: Logger;
  readonly #onLostLease: () => void;
  readonly #timer: NodeJS.Timeout;
  #link: Link;
  #opening: Promise<Link> | null = null;
  /** Whether somebody works in the session, so that a sign of life would have to wait. */
  #lent = false;
  /** Of those that ask for the session, each waits for the one before. */
  #turn: Promise<unknown> = Promise.resolve();
  /** What a sign of life has opened while the session was lent. */
  #other: Link | null = null;
  #beating = false;
  /** A sign of life that comes back late opens no connection that nobody would close. */
  #letGone = false;

  /** @param link the one that has claimed the connection; closed here */
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
   * Does some work at central in the session that has claimed the connection: a run that has little to do there needs
   * no other. What fails may have left a transaction open, so the session is cut then.
   */
  lend<T>(work: (link: Link) => Promise<T>): Promise<T> {
    const turn = this.#turn.then(() => this.#lend(work));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** Cuts short what is done by {@link lend}. */
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

  /** Lets the connection go, so that another installation need not wait. */
  async letGo(): Promise<void> {
    clearInterval(this.#timer);
    this.#letGone = true;
    const sessions = [this.#link, this.#other].flatMap((one) => (one === null ? [] : [one.session]));
    const open = sessions.find((one) => !one.lost);
    if (open !== undefined) await release(open, this.#claim).catch(() => {});
    await Promise.all(sessions.map((one) => one.close()));
  }

  async #beat(): Promise<void> {
    // On a bad link one may take longer than the time between two.
    if (this.#beating) return;
    this.#beating = true;
    try {
      const link = await this.#linkToBeat();
      if (link !== null) await beat(link.session, this.#claim);
    } catch (error) {
      // The next chunk's checkpoint finds out in any case; this finds out sooner.
      if (asFailure(error).code === FailureCode.LostLease) this.#onLostLease();
      this.#logger.log('warn', 'The sign of life at central failed', { error: String(error) });
    } finally {
      this.#beating = false;
    }
  }

  /** Null where it came too late. */
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

  /** The session that has claimed the connection, or the one in its place: opened once for all who ask meanwhile. */
  async #own(): Promise<Link> {
    if (!this.#link.session.lost) return this.#link;
    this.#opening ??= this.#open().finally(() => {
      this.#opening = null;
    });
    this.#link = await this.#opening;
    return this.#link;
  }
}
