import { FailureCode } from '../../shared/errors.ts';
import type { Clock, Logger } from '../ports.ts';
import type { Link } from '../postgres/link.ts';
import type { Session } from '../postgres/session.ts';
import { beat, type Claim, HEARTBEAT_MS, release } from '../target/ownership.ts';
import { asFailure } from '../unexpected.ts';

/** Writes heartbeats to central, so that no other installation takes the connection for abandoned. */
export class Heartbeat {
  readonly #claim: Claim;
  readonly #open: () => Promise<Link>;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #onLostLease: () => void;
  #timer: NodeJS.Timeout;
  #link: Link;
  #opening: Promise<Link> | null = null;
  /** Whether the session is in use by {@link lend}, so that a heartbeat would have to wait. */
  #lent = false;
  /** Callers of {@link lend} that are not done yet. */
  #lends = 0;
  /** Whether a worker has taken the session: see {@link handOver}. */
  #handedOver = false;
  /** Callers of {@link lend} wait for the one before them. */
  #turn: Promise<unknown> = Promise.resolve();
  /** A second session, opened by a heartbeat while the first was lent. */
  #other: Link | null = null;
  #beating = false;
  /** Whether {@link lendLast} has released the claim. */
  #released = false;
  /** Set at the end, so that a late heartbeat leaves no session open. */
  #letGone = false;

  /** @param link the session that has claimed the connection; this object closes it */
  constructor(
    claim: Claim,
    link: Link,
    open: () => Promise<Link>,
    { logger, clock }: { readonly logger: Logger; readonly clock: Clock },
    onLostLease: () => void,
  ) {
    this.#claim = claim;
    this.#link = link;
    this.#open = open;
    this.#logger = logger;
    this.#clock = clock;
    this.#onLostLease = onLostLease;
    this.#timer = this.#start();
  }

  #start(): NodeJS.Timeout {
    return setInterval(() => void this.#beat(), HEARTBEAT_MS).unref();
  }

  /**
   * Does some work at central in the session that has claimed the connection, so that a run with little to do needs no
   * second one. If the work fails, the session is cut, because a transaction may still be open.
   */
  lend<T>(work: (link: Link) => Promise<T>): Promise<T> {
    this.#lends++;
    const turn = this.#turn
      .then(() => this.#lend(work))
      .finally(() => {
        this.#lends--;
      });
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /**
   * Gives the session to a worker for which central has no other free connection, so that a run with one connection goes on instead of
   * waiting for a second one that another run holds in the same way. A later heartbeat opens another session if it can.
   *
   * @returns null while the session is in use, lost or handed over already
   */
  handOver(): Link | null {
    if (this.#handedOver || this.#lends > 0 || this.#beating || this.#link.session.lost) return null;
    this.#handedOver = true;
    return this.#link;
  }

  /**
   * Does the last work of the run, whose transaction also releases the claim, in the session of {@link lend}. There are no
   * more heartbeats, unless it fails.
   *
   * @param work is told whether it may release the claim: not while a heartbeat is on its way, which would take it back
   */
  async lendLast<T>(work: (link: Link, releases: boolean) => Promise<T>): Promise<T> {
    return this.lend(async (link) => {
      const releases = !this.#beating && this.#other === null;
      if (releases) clearInterval(this.#timer);
      try {
        const result = await work(link, releases);
        this.#released = releases;
        return result;
      } catch (error) {
        if (releases) this.#timer = this.#start();
        throw error;
      }
    });
  }

  /** Bytes moved on the session so far. */
  get moved(): number {
    return this.#link.bytes;
  }

  /** Whether a session is being opened. */
  get opening(): boolean {
    return this.#opening !== null;
  }

  /** Whether central works for whoever {@link lend} has given the session to; null where it cannot be asked. */
  async isAtWork(): Promise<boolean | null> {
    return this.#lent ? this.#link.isAtWork() : false;
  }

  /** Cuts the session while {@link lend} uses it. Later callers do not wait for work that does not end even then. */
  cut(): void {
    if (!this.#lent) return;
    this.#link.session.destroy();
    this.#turn = Promise.resolve();
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

  /**
   * Ends the heartbeats, and releases the connection so that another installation need not wait.
   *
   * @param leave does so in an open session, unless it is released; its errors are ignored, because the heartbeat expires by
   *   itself
   */
  async letGo(
    leave = (session: Session, isReleased: boolean): Promise<void> =>
      isReleased ? Promise.resolve() : release(session, this.#claim),
  ): Promise<void> {
    clearInterval(this.#timer);
    this.#letGone = true;
    // The worker has closed its session by now, so central may have a free connection again.
    if (this.#handedOver) await this.#own().catch(() => {});
    const own = this.#handedOver ? null : this.#link;
    const sessions = [own, this.#other].flatMap((one) => (one === null ? [] : [one.session]));
    const open = sessions.find((one) => !one.lost);
    if (open !== undefined) await leave(open, this.#released).catch(() => {});
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
    if (!this.#lent && this.#isUsable) return this.#link;
    const lent = this.#lent;
    const link = lent ? await this.#open() : await this.#own();
    if (this.#letGone) {
      link.session.destroy();
      return null;
    }
    if (lent) this.#other = link;
    return link;
  }

  /**
   * Replaces the session if it was lost, and ends what it has left at the server: an open transaction would keep tables
   * locked against their own turns.
   */
  async mend(): Promise<void> {
    await this.lend(() => Promise.resolve());
  }

  /** The session that has claimed the connection, or its replacement after a loss, opened once for all callers. */
  async #own(): Promise<Link> {
    if (this.#isUsable) return this.#link;
    this.#opening ??= this.#replace().finally(() => {
      this.#opening = null;
    });
    this.#link = await this.#opening;
    this.#handedOver = false;
    return this.#link;
  }

  get #isUsable(): boolean {
    return !this.#handedOver && !this.#link.session.lost;
  }

  async #replace(): Promise<Link> {
    const lost = this.#handedOver ? null : this.#link;
    const link = await this.#open();
    if (lost !== null) await link.endLost(lost, this.#clock);
    return link;
  }
}
