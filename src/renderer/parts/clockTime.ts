const HOURS = 24;
const MINUTES = 60;

/**
 * A time of day as somebody types it: `8`, `8:30`, `08.30`, `0830`.
 *
 * @returns `HH:MM`; null where it is none
 */
export function parseClockTime(typed: string): string | null {
  const [, hour, minute = '00'] = /^\s*(\d{1,2})(?:\s*[.:]?\s*(\d\d))?\s*$/.exec(typed) ?? [];
  if (hour === undefined || Number(hour) >= HOURS || Number(minute) >= MINUTES) return null;
  return `${hour.padStart(2, '0')}:${minute}`;
}
