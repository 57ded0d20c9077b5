import type { Clock } from '../ports.ts';
import type { ReadableStore, WritableStore } from './store.ts';

/** A notification that a channel still has to deliver. */
export interface OutboxRow {
  readonly id: number;
  /** JSON, as it was queued. */
  readonly payload: string;
  readonly attempts: number;
  /** Null if it cannot be read, because somebody has edited the file. */
  readonly next_attempt_at: string | null;
}

export interface OutboxReads {
  /** The oldest undelivered notification of a channel. Later ones wait for it, so that they arrive in order. */
  outboxHead(channel: string): OutboxRow | null;
}

export interface OutboxWrites {
  /**
   * Queues a notification.
   *
   * @param key tells equal notifications: one that still waits, or was delivered after `since`, is not queued again
   * @returns whether it was queued
   */
  queueForOutbox(channel: string, key: string, message: unknown, since: Date): boolean;
  /** Written before the attempt, so that an attempt that kills the process counts too. */
  noteOutboxAttempt(id: number, nextAttemptAt: Date): void;
  /** Postpones the next attempt. */
  delayInOutbox(id: number, nextAttemptAt: Date): void;
  noteDelivered(id: number): void;
  /** Makes all waiting notifications due now. */
  retryOutboxNow(): void;
  /** Removes one notification undelivered. */
  dropFromOutbox(id: number): void;
  /**
   * Removes what waits under a key.
   *
   * @returns whether anything did
   */
  dropKeyFromOutbox(channel: string, key: string): boolean;
  /** Removes all that wait, except for one channel. */
  dropOutbox(kept: string): void;
  /**
   * Removes notifications of other channels, undelivered ones that were queued before `expired`, and delivered ones from
   * before `forgotten`.
   *
   * @returns how many undelivered ones of the given channels expired
   */
  tidyOutbox(channels: readonly string[], expired: Date, forgotten: Date): number;
  /**
   * Removes undelivered notifications of one channel that were queued before a time.
   *
   * @returns how many
   */
  expireInOutbox(channel: string, before: Date): number;
}

export function createOutboxReads(store: ReadableStore): OutboxReads {
  return {
    outboxHead: (channel) =>
      store.get<OutboxRow>(
        `SELECT id, payload, attempts, next_attempt_at FROM outbox
         WHERE channel = @channel AND delivered_at IS NULL ORDER BY id LIMIT 1`,
        { channel },
      ) ?? null,
  };
}

export function createOutboxWrites(store: WritableStore, clock: Clock): OutboxWrites {
  const now = (): string => clock.now().toISOString();
  return {
    queueForOutbox: (channel, key, message, since) =>
      store.run(
        `INSERT INTO outbox (channel, payload, created_at, next_attempt_at)
         SELECT @channel, @payload, @now, @now WHERE NOT EXISTS (
           SELECT 1 FROM outbox WHERE channel = @channel AND json_extract(payload, '$.key') = @key
             AND (delivered_at IS NULL OR delivered_at > @since))`,
        {
          channel,
          key,
          payload: JSON.stringify({ key, message }),
          now: now(),
          since: since.toISOString(),
        },
      ) > 0,
    noteOutboxAttempt: (id, nextAttemptAt) => {
      store.run('UPDATE outbox SET attempts = attempts + 1, next_attempt_at = @next WHERE id = @id', {
        id,
        next: nextAttemptAt.toISOString(),
      });
    },
    delayInOutbox: (id, nextAttemptAt) => {
      store.run('UPDATE outbox SET next_attempt_at = @next WHERE id = @id', {
        id,
        next: nextAttemptAt.toISOString(),
      });
    },
    noteDelivered: (id) => {
      store.run('UPDATE outbox SET delivered_at = @now WHERE id = @id AND delivered_at IS NULL', {
        id,
        now: now(),
      });
    },
    retryOutboxNow: () => {
      store.run('UPDATE outbox SET next_attempt_at = @now WHERE delivered_at IS NULL', { now: now() });
    },
    dropFromOutbox: (id) => {
      store.run('DELETE FROM outbox WHERE id = @id', { id });
    },
    dropKeyFromOutbox: (channel, key) =>
      store.run(
        `DELETE FROM outbox WHERE channel = @channel AND delivered_at IS NULL
           AND json_extract(payload, '$.key') = @key`,
        { channel, key },
      ) > 0,
    dropOutbox: (kept) => {
      store.run('DELETE FROM outbox WHERE delivered_at IS NULL AND channel <> @kept', { kept });
    },
    expireInOutbox: (channel, before) =>
      store.run(
        'DELETE FROM outbox WHERE channel = @channel AND delivered_at IS NULL AND created_at < @before',
        { channel, before: before.toISOString() },
      ),
    tidyOutbox: (channels, expired, forgotten) => {
      store.run(
        `DELETE FROM outbox WHERE delivered_at < @forgotten
           OR delivered_at IS NULL AND channel NOT IN (SELECT value FROM json_each(@channels))`,
        { forgotten: forgotten.toISOString(), channels: JSON.stringify(channels) },
      );
      return store.run('DELETE FROM outbox WHERE delivered_at IS NULL AND created_at < @expired', {
        expired: expired.toISOString(),
      });
    },
  };
}
