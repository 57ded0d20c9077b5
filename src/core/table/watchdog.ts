import { setTimeout as sleep } from 'node:timers/promises';
import { FailureCode, FailureKind, SyncFailure } from '../../shared/errors.ts';
import { type Notice, NoticeCode } from '../../shared/notices.ts';
import { RevocableLinks, type WorkerLinks } from '../load/links.ts';
import type { Links, Spender } from '../load/pass.ts';
import type { Logger } from '../ports.ts';
import type { Side } from '../postgres/failure.ts';

/** Looks in the time that counts as standing still: it is noticed at most a quarter of it late. */
const LOOKS = 4;

/** How long an attempt may take to end once its connections are cut, before the next one begins beside it. */
const END_MS = 5000;

/** A server that works for so many times `progressMs` without a byte for us is told: it may be stuck. */
const TOLD_AFTER: readonly number[] = [5, 30];

export interface WatchedTable {
  readonly links: WorkerLinks;
  readonly throttle: Spender;
  readonly logger: Logger;
  readonly connection: string;
  readonly table: string;
  readonly tell: (notice: Notice) => void;
}

/** What an attempt uses in place of the worker's own. */
export interface WatchedTools {
  readonly links: Links;
  readonly throttle: Spender;
}

/**
 * Runs one attempt at a table and ends it where nothing goes on any more: no byte has passed on either connection
 * for `progressMs`, and the servers, asked on another connection, say that they are not working for it. What they
 * say decides, not what this process thinks of its own streams: a mistake there is what this is for.
 *
 * A server that cannot be asked gets as long as the longest statement may take.
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
      // An attempt that never ends keeps no way to the connections of the next one.
      own.revoke();
      watch.links.cut();
      await Promise.race([work.catch(() => {}), sleep(END_MS, undefined, { ref: false })]);
    }
    throw error;
  } finally {
    dog.stop();
  }
}

class Watchdog implements Spender {
  readonly #watch: WatchedTable;
  readonly #alarm = Promise.withResolvers<never>();
  readonly #timer: NodeJS.Timeout;
  readonly #everyMs: number;
  #moved = -1;
  /** Looks in a row that saw nothing move. */
  #still = 0;
  /** The same since anything moved, or a server was found at work. */
  #unknown = 0;
  /** Looks in a row without a byte, whatever the servers did meanwhile. */
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

  /** While the cap on the link holds the rows back, nothing has to move. */
  async spend(bytes: number, signal: AbortSignal): Promise<void> {
    this.#held++;
    try {
      await this.#watch.throttle.spend(bytes, signal);
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

  /** Counts looks and not time: a machine that slept has not been watched meanwhile. */
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
