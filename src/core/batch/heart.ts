import { FailureCode } from '../../shared/errors.ts';
import { beat, type Claim, HEARTBEAT_MS, release } from '../central/ownership.ts';
import type { Logger } from '../ports.ts';
import type { Link } from '../sync/pass.ts';
import { asFailure } from '../unexpected.ts';

/** Signs of life at central, so that no other installation takes the connection for abandoned. */
export class Heart {
  readonly #claim: Claim;
  readonly #open: () => Promise<Link>;
  readonly #logger: Logger;
  readonly #onLostLease: () => void;
  readonly #timer: NodeJS.Timeout;
  #link: Link;
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

  /** Lets the connection go, so that another installation need not wait. */
  async letGo(): Promise<void> {
    clearInterval(this.#timer);
    this.#letGone = true;
    const { session } = this.#link;
    if (!session.lost) await release(session, this.#claim).catch(() => {});
    await session.close();
  }

  async #beat(): Promise<void> {
    // On a bad link one may take longer than the time between two.
    if (this.#beating) return;
    this.#beating = true;
    try {
      if (this.#link.session.lost) {
        const link = await this.#open();
        if (this.#letGone) return link.session.destroy();
        this.#link = link;
      }
      await beat(this.#link.session, this.#claim);
    } catch (error) {
      // The next chunk's checkpoint finds out in any case; this finds out sooner.
      if (asFailure(error).code === FailureCode.LostLease) this.#onLostLease();
      this.#logger.log('warn', 'The sign of life at central failed', { error: String(error) });
    } finally {
      this.#beating = false;
    }
  }
}
