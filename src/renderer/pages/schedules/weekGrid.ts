import type { PlannedStretch } from '../../../shared/contract.ts';
import { dayOf, formatClock } from '../../../shared/format.ts';

/** A start, or a stretch of starts, of one day. */
export interface DayStart {
  readonly schedule: string;
  /** ISO 8601 */
  readonly from: string;
  readonly to: string;
  /** Position on the day's clock, from 0 to 1. */
  readonly left: number;
  readonly width: number;
  /** Row within the day, from 0: starts that would cover each other are below each other. */
  readonly lane: number;
  /** Whether there is room for its time. */
  readonly labelled: boolean;
}

export interface WeekDay {
  /** `2026-11-22` */
  readonly day: string;
  readonly starts: readonly DayStart[];
}

const MINUTES = 24 * 60;
/** Starts closer than this would cover each other in a narrow window. */
const APART = 55 / MINUTES;
/** A time takes as much room as this. */
const LABEL = 150 / MINUTES;

/**
 * The starts of a week by day.
 *
 * @param days `2026-11-22`, in order
 * @param timeZone of the days and the clock
 */
export function layOutWeek(
  stretches: readonly PlannedStretch[],
  days: readonly string[],
  timeZone: string | undefined,
): readonly WeekDay[] {
  const total = new Map<string, number>();
  for (const { schedule } of stretches) total.set(schedule, (total.get(schedule) ?? 0) + 1);
  return days.map((day) => {
    const placed: Placed[] = [];
    const ends: number[] = [];
    for (const { schedule, from, to } of stretches) {
      const [first, last] = [dayOf(from, timeZone), dayOf(to, timeZone)];
      if (first > day || last < day) continue;
      const left = first < day ? 0 : onClock(from, timeZone);
      const right = last > day ? 1 : onClock(to, timeZone);
      const free = ends.findIndex((end) => left - end >= APART);
      const lane = free < 0 ? ends.length : free;
      ends[lane] = right;
      placed.push({ schedule, from, to, left, width: right - left, lane });
    }
    const labelled = withLabels(placed, total);
    return { day, starts: placed.map((one) => ({ ...one, labelled: labelled.has(one) })) };
  });
}

type Placed = Omit<DayStart, 'labelled'>;

/** The starts whose times are written: those of rare schedules first, because people look for them. */
function withLabels(starts: readonly Placed[], total: ReadonlyMap<string, number>): ReadonlySet<Placed> {
  const chosen = new Set<Placed>();
  const rank = ({ schedule }: Placed): number => total.get(schedule) ?? 0;
  for (const one of starts.toSorted((a, b) => rank(a) - rank(b) || a.left - b.left)) {
    if (![...chosen].some(({ left }) => Math.abs(left - one.left) < LABEL)) chosen.add(one);
  }
  return chosen;
}

/** Part of the day that a clock shows, from 0 to 1. */
export function onClock(at: string | Date, timeZone: string | undefined): number {
  const [hour = 0, minute = 0] = formatClock(at, 'en', timeZone).split(':').map(Number);
  return (hour * 60 + minute) / MINUTES;
}

/** The days of a week that begins with the day of `now`. */
export function weekFrom(now: Date, timeZone: string | undefined): readonly string[] {
  const today = Date.parse(dayOf(now, timeZone));
  return Array.from({ length: 7 }, (_, index) =>
    new Date(today + index * 86_400_000).toISOString().slice(0, 10),
  );
}
