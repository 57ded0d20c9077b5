/**
 * Wall-clock times. A wall time is what a clock shows in a time zone, stored as the milliseconds at which UTC
 * would show the same. It may exist once, twice (clocks go back) or never (clocks go forward).
 */

const DAY_MS = 86_400_000;

/** Cached, because creating a formatter costs a thousand times as much as using it. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** The zone's offset from UTC in milliseconds. */
export function offsetAt(instant: number, zone: string): number {
  const whole = Math.floor(instant / 1000) * 1000;
  const shown: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(whole)) shown[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = shown;
  return Date.UTC(year, month - 1, day, hour, minute, second) - whole;
}

/** The offsets around an instant; they differ only within a day of a clock change. */
export function offsetsAround(
  instant: number,
  zone: string,
): { readonly least: number; readonly most: number } {
  const offsets = [instant - DAY_MS, instant, instant + DAY_MS].map((at) => offsetAt(at, zone));
  return { least: Math.min(...offsets), most: Math.max(...offsets) };
}

/**
 * The instants of a wall time, in order.
 *
 * @param everyPass true for plans that run all day: both passes through a repeated hour count, and a skipped
 *   hour has none. Otherwise each wall time counts exactly once: the first of two passes, or the moment at
 *   which the clocks go forward if it does not exist
 */
export function instantsOf(wall: number, zone: string, everyPass: boolean): readonly number[] {
  // No zone is more than 14 hours from UTC, so a day to either side is before and after any change.
  const before = offsetAt(wall - DAY_MS, zone);
  const after = offsetAt(wall + DAY_MS, zone);
  const candidates = before === after ? [wall - before] : [wall - before, wall - after];
  const real = candidates.filter((at) => at + offsetAt(at, zone) === wall).sort((a, b) => a - b);
  if (real.length === 0) return everyPass ? [] : [changeBetween(wall - after, wall - before, zone)];
  return everyPass ? real : real.slice(0, 1);
}

/** The first millisecond of the new offset, by binary search. */
function changeBetween(from: number, to: number, zone: string): number {
  const old = offsetAt(from, zone);
  let [earlier, later] = [from, to];
  while (later - earlier > 1) {
    const middle = Math.floor((earlier + later) / 2);
    if (offsetAt(middle, zone) === old) earlier = middle;
    else later = middle;
  }
  return later;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(zone, format);
  }
  return format;
}
