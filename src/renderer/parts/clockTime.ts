const HOURS = 24;
const MINUTES = 60;

/**
 * Parses a typed time of day: `8`, `8:30`, `08.30`, `0830`.
 *
 * @returns `HH:MM`; null if it is not a time
 */
export function parseClockTime(typed: string): string | null {
  const [, hour, minute = '00'] = /^\s*(\d{1,2})(?:\s*[.:]?\s*(\d\d))?\s*$/.exec(typed) ?? [];
  if (hour === undefined || Number(hour) >= HOURS || Number(minute) >= MINUTES) return null;
  return `${hour.padStart(2, '0')}:${minute}`;
}

/** A remaining time, rounded as coarsely as an estimate deserves. */
type TimeLeft =
  | { readonly kind: 'few' }
  | { readonly kind: 'seconds'; readonly seconds: number }
  | { readonly kind: 'minutes'; readonly minutes: number };

const MINUTE = 60;
/** Seconds to round to, so that the display does not change with every update. */
const STEP = 5;

export function timeLeft(seconds: number): TimeLeft {
  if (seconds < 10) return { kind: 'few' };
  const rounded = Math.round(seconds / STEP) * STEP;
  if (rounded < 10 * MINUTE) return { kind: 'seconds', seconds: rounded };
  const minutes = Math.round(seconds / MINUTE);
  // From an hour on, the format itself rounds to minutes.
  return minutes < 60 ? { kind: 'minutes', minutes } : { kind: 'seconds', seconds: minutes * MINUTE };
}
