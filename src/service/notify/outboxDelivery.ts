import { z } from 'zod';
import type { OutboxRow } from '../../core/journal/outbox.ts';
import { configuredChannels, PING_CHANNEL, sendThrough } from '../../core/notify/channels.ts';
import { DeliveryError, type Message, messageSchema } from '../../core/notify/message.ts';
import type { Ports } from '../../core/ports.ts';
import { errorFacts } from '../../core/unexpected.ts';
import type { OutsideChannel } from '../../shared/notifyNames.ts';
import type { Opened } from '../opening.ts';
import type { DailyDigest } from './dailyDigest.ts';

/** When deliveries are tried again, and when they are given up. */
export interface OutboxPolicy {
  /** Delay after the first failure; it doubles with each further one. */
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
  /** A notification that is older is dropped: by then the state that it tells of is another one. */
  readonly expireMs: number;
  /** The same for a ping: later, the receiver has long raised the alarm, or the next run pings. */
  readonly pingExpireMs: number;
}

export const OUTBOX_POLICY: OutboxPolicy = {
  firstDelayMs: 30_000,
  longestDelayMs: 60 * 60_000,
  expireMs: 3 * 24 * 60 * 60_000,
  pingExpireMs: 60 * 60_000,
};

/** Delivered notifications are kept so long, for whoever asks what was sent. */
const KEPT_MS = 7 * 24 * 60 * 60_000;

/** The same interval as the service's loop. */
const LOOK_MS = 60_000;

const payloadSchema = z.object({ message: messageSchema });

/** Delivers what is in the journal's outbox, each channel in order, until it is stopped. */
export class OutboxDelivery {
  readonly #ports: Ports;
  readonly #folder: string;
  readonly #policy: OutboxPolicy;
  readonly #opened: () => Opened | null;
  readonly #digest: DailyDigest;
  readonly #over = new AbortController();
  readonly #ended: Promise<void>;
  #woken = Promise.withResolvers<void>();

  /**
   * @param opened what the service works with now; null while it has no journal
   * @param digest asked before each look at the outbox, so that it is queued on time also during a run
   */
  constructor(
    ports: Ports,
    { folder, policy }: { readonly folder: string; readonly policy: Partial<OutboxPolicy> },
    opened: () => Opened | null,
    digest: DailyDigest,
  ) {
    this.#ports = ports;
    this.#digest = digest;
    this.#folder = folder;
    this.#policy = { ...OUTBOX_POLICY, ...policy };
    this.#opened = opened;
    this.#ended = this.#live();
  }

  /** Something was queued, or the settings have changed. */
  wake(): void {
    this.#woken.resolve();
  }

  /** Ends an attempt under way; the next start repeats it. */
  async stop(): Promise<void> {
    this.#over.abort();
    this.wake();
    await this.#ended;
  }

  async #live(): Promise<void> {
    while (!this.#over.signal.aborted) {
      await this.#woken.promise;
      this.#woken = Promise.withResolvers();
      const due = await this.#pass();
      if (due !== null) this.#wakeAt(due);
    }
  }

  /** Looks at the clock again after a while, because it may jump and the computer may sleep. */
  #wakeAt(due: number): void {
    const ms = Math.max(1, Math.min(due - this.#ports.clock.now().getTime(), LOOK_MS));
    const early = new AbortController();
    const woken = this.#woken;
    void woken.promise.then(() => early.abort());
    this.#ports.clock.sleep(ms, early.signal).then(woken.resolve, () => {});
  }

  /** @returns when the next attempt is due, as a time of the wall clock; null if nothing waits */
  async #pass(): Promise<number | null> {
    try {
      const opened = this.#opened();
      if (opened === null) return null;
      const digestDue = this.#digest.look(opened, this.#ports.clock.now());
      const channels = configuredChannels(opened.settings.notifications);
      if (channels.length > 0) this.#tidy(opened, channels);
      const due = await Promise.all(channels.map((channel) => this.#deliver(channel)));
      const known = [digestDue, ...due].filter((one) => one !== null);
      return known.length === 0 ? null : Math.min(...known);
    } catch (error) {
      // A journal that fails is closed and opened again by the service's loop.
      this.#ports.logger.log('error', 'The outbox could not be worked through', errorFacts(error));
      return this.#ports.clock.now().getTime() + this.#policy.firstDelayMs;
    }
  }

  #tidy({ journal }: Opened, channels: readonly OutsideChannel[]): void {
    const ago = (ms: number): Date => new Date(this.#ports.clock.now().getTime() - ms);
    const expired = journal.tidyOutbox(channels, ago(this.#policy.expireMs), ago(KEPT_MS));
    const pings = journal.expireInOutbox(PING_CHANNEL, ago(this.#policy.pingExpireMs));
    if (pings > 0) this.#ports.logger.log('warn', 'Pings were too old to be delivered', { count: pings });
    if (expired > 0)
      this.#ports.logger.log('warn', 'Notifications were too old to be delivered', { count: expired });
  }

  /** Delivers a channel's notifications until one has to wait. */
  async #deliver(channel: OutsideChannel): Promise<number | null> {
    for (;;) {
      const opened = this.#opened();
      if (opened === null || this.#over.signal.aborted) return null;
      const row = opened.journal.outboxHead(channel);
      if (row === null) return null;
      const due = this.#dueAt(row);
      if (due > this.#ports.clock.now().getTime()) return due;
      const message = readMessage(row);
      if (message === null) opened.journal.dropFromOutbox(row.id);
      else await this.#attempt(channel, row, message, opened);
    }
  }

  /** A clock that was set back must not delay it by more than the longest delay. */
  #dueAt({ next_attempt_at: at }: OutboxRow): number {
    const due = at === null ? 0 : Date.parse(at);
    return due - this.#ports.clock.now().getTime() > this.#policy.longestDelayMs * 2 ? 0 : due;
  }

  async #attempt(channel: OutsideChannel, row: OutboxRow, message: Message, opened: Opened): Promise<void> {
    const { clock, logger } = this.#ports;
    const attempt = row.attempts + 1;
    opened.journal.noteOutboxAttempt(row.id, new Date(clock.now().getTime() + this.#delay(attempt)));
    const delivery = { folder: this.#folder, env: process.env, stop: this.#over.signal };
    const facts = { channel, kind: message.kind, id: message.id, attempt };
    try {
      await sendThrough(channel, message, opened.settings.notifications, delivery, clock.now());
    } catch (error) {
      const failed = error instanceof DeliveryError ? error : new DeliveryError('failed');
      const { reason, detail } = failed;
      const partly = reason === 'refused_some';
      const said = partly
        ? 'A notification was refused for some recipients'
        : 'A notification was not delivered and will be tried again';
      logger.log('warn', said, { ...facts, reason, detail });
      if (!partly) {
        this.#waitAsAsked(row.id, failed, this.#delay(attempt));
        return;
      }
    }
    this.#opened()?.journal.noteDelivered(row.id);
    logger.log('info', 'A notification was delivered', facts);
  }

  /** Waits longer than otherwise if the receiver asks for it, but not without end. */
  #waitAsAsked(id: number, { retryAfterMs }: DeliveryError, ownDelay: number): void {
    if (retryAfterMs === null || retryAfterMs <= ownDelay) return;
    const ms = Math.min(retryAfterMs, this.#policy.longestDelayMs);
    const at = new Date(this.#ports.clock.now().getTime() + ms);
    this.#opened()?.journal.delayInOutbox(id, at);
  }

  /** With jitter, so that a thousand branches do not return to a receiver at the same moment. */
  #delay(attempt: number): number {
    const { firstDelayMs, longestDelayMs } = this.#policy;
    const delay = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(attempt - 1, 20));
    return delay * (0.8 + this.#ports.random() * 0.4);
  }
}

/** @returns null if somebody has changed it so that it cannot be read */
function readMessage({ payload }: OutboxRow): Message | null {
  return payloadSchema.safeParse(JSON.parse(payload)).data?.message ?? null;
}
