import { z } from 'zod';

/** What a channel may tell of; docs/settings.md says which notifications belong to which. */
export const NOTIFY_EVENTS = ['failure', 'recovery', 'differs', 'question', 'no_success', 'digest'] as const;
export type NotifyEvent = (typeof NOTIFY_EVENTS)[number];

/** What a channel tells of if its settings do not say: everything but the daily digest, which nobody has asked for. */
export const DEFAULT_EVENTS: readonly NotifyEvent[] = NOTIFY_EVENTS.filter((one) => one !== 'digest');

/** When the digest is sent, in local time, if the settings do not say. */
export const DIGEST_AT = '07:00';

/** The settings that every channel for people has. */
export const channelEvents = {
  /** Switched off, a channel keeps its settings and sends nothing. */
  enabled: z.boolean().default(true),
  events: z
    .array(z.enum(NOTIFY_EVENTS))
    .min(1)
    .default([...DEFAULT_EVENTS]),
};

/** A time of day: `07:00`. */
export const digestTime = z
  .string()
  .refine((time) => /^([01]\d|2[0-3]):[0-5]\d$/.test(time), {
    error: 'must be a time of day, such as 07:00',
    params: { reason: 'time_of_day' },
  })
  .default(DIGEST_AT);
