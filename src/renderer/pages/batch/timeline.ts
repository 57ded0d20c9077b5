import type { BatchRow, LogRow, TableRow } from '../../../shared/contract.ts';

/** A table on the time axis of its batch, in seconds of work since the batch began. */
export interface Bar {
  readonly row: TableRow;
  readonly from: number;
  readonly to: number;
}

/** When the tables of a batch ran. Time between an interruption and the resume does not count. */
export interface Timeline {
  /** Length of the axis. */
  readonly seconds: number;
  /** The tables that took the longest, in the order in which they began. */
  readonly bars: readonly Bar[];
  /** All other tables that ran, and how long they took in all. */
  readonly more: { readonly tables: number; readonly seconds: number };
  /** Null if no table ran. */
  readonly longest: Bar | null;
  /** Where the batch was resumed. */
  readonly resumes: readonly number[];
}

/** More bars than this cannot be compared at a glance. */
const MOST_BARS = 30;

/** A table with a smaller share of the batch's time is not what took it; a few are shown all the same. */
const LEAST_SHARE = 0.01;
const FEW_BARS = 5;

/**
 * Places the tables of a batch on its time axis.
 *
 * @param events the batch's event log, oldest first; may be empty if it was pruned
 * @param now the end of the axis while the batch runs
 */
export function timelineOf(
  batch: BatchRow,
  tables: readonly TableRow[],
  events: readonly LogRow[],
  now: Date,
): Timeline {
  const stretches = workOf(batch, events, now);
  const bars = tables.flatMap((row): Bar[] => {
    if (row.started_at === null) return [];
    const end = row.ended_at === null ? now.getTime() : Date.parse(row.ended_at);
    const from = workedUntil(stretches, Date.parse(row.started_at));
    return [{ row, from, to: Math.max(from, workedUntil(stretches, end)) }];
  });
  const byLength = bars.toSorted((a, b) => lengthOf(b) - lengthOf(a));
  const seconds = stretches.reduce((sum, one) => sum + secondsOf(one), 0);
  const long = byLength.filter((bar, at) => at < FEW_BARS || lengthOf(bar) >= LEAST_SHARE * seconds);
  const shown = new Set(long.slice(0, MOST_BARS));
  const rest = byLength.slice(shown.size);
  return {
    seconds,
    bars: bars.filter((bar) => shown.has(bar)).sort((a, b) => a.from - b.from),
    more: { tables: rest.length, seconds: rest.reduce((sum, bar) => sum + lengthOf(bar), 0) },
    longest: byLength[0] ?? null,
    resumes: stretches.slice(1).map(({ begun }) => workedUntil(stretches, begun)),
  };
}

/** How long a table took, in seconds. */
export function lengthOf({ row, from, to }: Bar): number {
  return row.duration_seconds ?? to - from;
}

/** A time in which the batch worked, in milliseconds since the epoch. */
interface Stretch {
  readonly begun: number;
  readonly ended: number;
}

const ENDS: ReadonlySet<string> = new Set(['batch_interrupted', 'batch_completed', 'batch_failed']);

function workOf(batch: BatchRow, events: readonly LogRow[], now: Date): readonly Stretch[] {
  const stretches: Stretch[] = [];
  let begun: number | null = Date.parse(batch.started_at);
  for (const { event, at } of events) {
    if (event === 'batch_resumed') begun = Date.parse(at);
    if (begun === null || !ENDS.has(event)) continue;
    stretches.push({ begun, ended: Date.parse(at) });
    begun = null;
  }
  if (begun === null) return stretches;
  const ended = batch.ended_at === null ? now.getTime() : Date.parse(batch.ended_at);
  return [...stretches, { begun, ended: Math.max(begun, ended) }];
}

/** Seconds of work before a time. */
function workedUntil(stretches: readonly Stretch[], at: number): number {
  return stretches.reduce((sum, { begun, ended }) => {
    const until = Math.min(Math.max(at, begun), ended);
    return sum + secondsOf({ begun, ended: until });
  }, 0);
}

function secondsOf({ begun, ended }: Stretch): number {
  return (ended - begun) / 1000;
}
