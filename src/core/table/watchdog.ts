import { setTimeout as sleep } from 'node:timers/promises';
import { FailureCode, FailureKind, SyncFailure } from '../../shared/errors.ts';
import { type Notice, NoticeCode } from '../../shared/notices.ts';
import { RevocableLinks } from '../load/links.ts';
import type { Links, RateLimiter } from '../load/pass.ts';
import type { Logger } from '../ports.ts';
import type { Side } from '../postgres/classifyError.ts';
import type { Timeouts } from '../postgres/session.ts';

/** Checks per `progressMs`, so that a table without progress is noticed at most a quarter of that time late. */
const LOOKS = 4;

/** How long an attempt may take to end after its connections are cut. Then the next one begins anyway. */
const END_MS = 5000;

/** Multiples of `progressMs` after which a notice says that a server works without sending a byte: it may be stuck. */
const TOLD_AFTER: readonly number[] = [5, 30];

/** The connections of an attempt, as the watchdog sees them. */
export interface WatchedLinks extends Links {
  readonly timeouts: Timeouts;
  /** Bytes moved so far, on all of them. */
  readonly moved: number;
  /** Whether one is being opened. Opening has its own time limit. */
  readonly opening: boolean;
  /** The side whose server is working for them; false if neither is, null if one cannot be asked. */
  atWork(): Promise<Side | false | null>;
  /** Cuts them all. */
  cut(): void;
}

export interface WatchedTable {
  readonly links: WatchedLinks;
  readonly throttle: RateLimiter;
  readonly logger: Logger;
  readonly connection: string;
  /** For the log: a table, or several that are worked on together. */
  readonly table: string;
  readonly tell: (notice: Notice) => void;
}

/** Connections and throttle for one attempt, used in place of the watched ones. */
export interface WatchedTools {
  readonly links: Links;
  readonly throttle: RateLimiter;
}

/**
 * Runs one attempt at a table and ends it if it makes no progress: no byte has moved on either connection for
 * `progressMs`, and both servers, asked on other connections, say that they are not working for it. The state of this
 * process's own streams is not consulted, because the watchdog exists to find mistakes there.
 *
 * A server that cannot be asked gets as long as the longest statement may take (`workMs`).
 *
 * @throws SyncFailure `no_progress`
 */
export async function watched<T>(
  watch: WatchedTable,
  attempt: (tools: WatchedTools) => Promise<T>,
): Promise<T> {
  const own = new RevocableLinks(watch.links);
  const dog = new Watchdog(watch);
  const work = attempt({ links: own, throttle: dog });
  try {
    return await Promise.race([work, dog.alarm]);
  } catch (error) {
    if (dog.barked) {
      // An attempt that never ends must not reach the connections of the next one.
      own.revoke();
      watch.links.cut();
      await Promise.race([work.catch(() => {}), sleep(END_MS, undefined, { ref: false })]);
    }
    throw error;
  } finally {
    dog.stop();
  }
}

class Watchdog implements RateLimiter {
  readonly #watch: WatchedTable;
  readonly #alarm = Promise.withResolvers<never>();
  readonly #timer: NodeJS.Timeout;
  readonly #everyMs: number;
  #moved = -1;
  /** Checks in a row without a byte, since the servers were last asked. */
  #still = 0;
  /** Checks in a row without a byte, since a server was last found at work. */
  #unknown = 0;
  /** Checks in a row without a byte, whether or not a server was at work. */
  #silent = 0;
  #held = 0;
  #asking = false;
  barked = false;

  constructor(watch: WatchedTable) {
    this.#watch = watch;
    this.#everyMs = watch.links.timeouts.progressMs / LOOKS;
    this.#alarm.promise.catch(() => {});
    this.#timer = setInterval(() => void this.#look(), this.#everyMs);
    this.#timer.unref();
  }

  get alarm(): Promise<never> {
    return this.#alarm.promise;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  get pieceBytes(): number {
    return this.#watch.throttle.pieceBytes;
  }

  /** While the throttle holds rows back, no byte needs to move. */
  async acquire(signal: AbortSignal): Promise<void> {
    this.#held++;
    try {
      await this.#watch.throttle.acquire(signal);
    } finally {
      this.#held--;
      this.#silent = 0;
      this.#restart();
    }
  }

  #restart(): void {
    this.#still = 0;
    this.#unknown = 0;
  }

  /** Counts checks instead of time, so that a machine's sleep does not count. */
  async #look(): Promise<void> {
    if (this.#asking) return;
    const { links } = this.#watch;
    const { moved } = links;
    if (moved !== this.#moved || this.#held > 0 || links.opening) {
      this.#moved = moved;
      this.#silent = 0;
      this.#restart();
      return;
    }
    this.#silent++;
    this.#still++;
    this.#unknown++;
    if (this.#still < LOOKS) return;
    this.#asking = true;
    const atWork = await links.atWork().catch(() => null);
    this.#asking = false;
    this.#still = 0;
    if (links.moved !== this.#moved) return this.#restart();
    if (atWork === 'source' || atWork === 'central') {
      this.#tellSlow(atWork);
      return this.#restart();
    }
    if (atWork === null && this.#unknown * this.#everyMs < links.timeouts.workMs) return;
    this.#bark();
  }

  #tellSlow(side: Side): void {
    if (!TOLD_AFTER.some((times) => times * LOOKS === this.#silent)) return;
    const code = side === 'source' ? NoticeCode.SlowSource : NoticeCode.SlowCentral;
    const seconds = Math.round((this.#silent * this.#everyMs) / 1000);
    this.#watch.tell({ code, params: { seconds } });
  }

  #bark(): void {
    const { connection, table, logger } = this.#watch;
    const seconds = Math.round((this.#unknown * this.#everyMs) / 1000);
    const message = `no byte for ${seconds} s, and neither server is at work`;
    logger.log('warn', 'A table made no progress; its connections are cut', { connection, table, seconds });
    this.barked = true;
    this.stop();
    const params = { connection, table, seconds };
    this.#alarm.reject(
      new SyncFailure({ code: FailureCode.NoProgress, kind: FailureKind.Transient, message, params }),
    );
  }
}
