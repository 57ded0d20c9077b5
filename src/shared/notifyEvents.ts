import { z } from 'zod';
import { DEFAULT_EVENTS, DIGEST_AT, NOTIFY_EVENTS } from './notifyNames.ts';

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
export const timeOfDay = z.string().refine((time) => /^([01]\d|2[0-3]):[0-5]\d$/.test(time), {
  error: 'must be a time of day, such as 07:00',
  params: { reason: 'time_of_day' },
});

export const digestTime = timeOfDay.default(DIGEST_AT);
