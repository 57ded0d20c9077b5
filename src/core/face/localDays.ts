import { instantsOf, offsetAt } from '../schedule/zone.ts';

/** IANA name of this computer's time zone. */
export function computerZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** A day of the calendar in some time zone, and when it is: 23 or 25 hours where the clocks change. */
export interface LocalDay {
  /** `2026-11-22` */
  readonly day: string;
  /** ISO 8601 in UTC; the first moment that belongs to it, and the first that does not any more. */
  readonly from: string;
  readonly to: string;
}

/** The last days up to the one of `now`, oldest first. */
export function lastDays(now: Date, count: number, zone: string): readonly LocalDay[] {
  const today = wallDay(now.getTime() + offsetAt(now.getTime(), zone));
  // One day's end is the next one's beginning: asking for a zone's clocks is what this costs.
  const walls = Array.from({ length: count + 1 }, (_, index) => today - (count - 1 - index) * DAY_MS);
  const beginnings = walls.map((wall) => beginning(wall, zone));
  return walls.slice(0, count).map((wall, index) => ({
    day: nameOf(wall),
    from: beginnings[index] ?? '',
    to: beginnings[index + 1] ?? '',
  }));
}

/** @param day `2026-11-22` */
export function localDay(day: string, zone: string): LocalDay {
  const wall = Date.parse(`${day}T00:00:00.000Z`);
  return { day, from: beginning(wall, zone), to: beginning(wall + DAY_MS, zone) };
}

const DAY_MS = 86_400_000;

function wallDay(wall: number): number {
  return Math.floor(wall / DAY_MS) * DAY_MS;
}

/** @param wall its midnight on the wall */
function nameOf(wall: number): string {
  return new Date(wall).toISOString().slice(0, 10);
}

/** Where the clocks go forward at midnight, a day begins at the moment in which they do. */
function beginning(wall: number, zone: string): string {
  const [first] = instantsOf(wall, zone, false);
  return new Date(first ?? wall).toISOString();
}
