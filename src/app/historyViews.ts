import type { HistoryFilter } from '../core/journal/history.ts';
import type { Journal } from '../core/journal/journal.ts';
import type { PastRun } from '../core/journal/tablesPast.ts';
import { instantsOf, offsetAt } from '../core/schedule/zone.ts';
import { type BatchRow, type TableRow, tableKey } from '../shared/contract.ts';
import { BatchStatus, TableStatus } from '../shared/status.ts';
import type { BatchView, DayView, Usual } from '../window-api/views.ts';
import type { BatchFilter } from '../window-api/windowApi.ts';
import { batchUnknown } from './journalReader.ts';

/** @param zone in which days are meant */
export function journalFilter({ day, ...filter }: BatchFilter, zone: string): HistoryFilter {
  return { ...filter, begun: day === undefined ? undefined : localDay(day, zone) };
}

/** The worst first. */
const SEVERITY: readonly BatchStatus[] = [
  BatchStatus.Failed,
  BatchStatus.Interrupted,
  BatchStatus.Running,
  BatchStatus.Completed,
];

/** The last days, oldest first, today included; a batch counts on the day on which it began. */
export function viewDays(journal: Journal, now: Date, count: number, zone: string): readonly DayView[] {
  const days = lastDays(now, count, zone);
  const begun = journal.begunSince(days[0]?.from ?? now.toISOString());
  const onDays = Map.groupBy(begun, ({ started_at }) => dayOf(days, started_at));
  return days.map((day) => {
    const batches = onDays.get(day) ?? [];
    return {
      day: day.day,
      batches: batches.length,
      failed: batches.filter((one) => one.status === BatchStatus.Failed).length,
      worst: SEVERITY.find((status) => batches.some((one) => one.status === status)) ?? null,
    };
  });
}

/** The day of a moment, by bisection: times of one form sort as texts do, and the days follow each other. */
function dayOf(days: readonly LocalDay[], at: string): LocalDay | undefined {
  let [first, last] = [0, days.length - 1];
  while (first < last) {
    const middle = Math.ceil((first + last) / 2);
    if ((days[middle]?.from ?? '') <= at) first = middle;
    else last = middle - 1;
  }
  const day = days[first];
  return day !== undefined && day.from <= at && at < day.to ? day : undefined;
}

/** @throws UsageError `batch_unknown` */
export function viewBatch(journal: Journal, batchId: string): BatchView {
  const batch = journal.batch(batchId);
  if (batch === null) throw batchUnknown(journal, batchId);
  const tables = journal.tables(batchId);
  return {
    batch,
    tables,
    usual: usualOf(journal.completedRuns(batchId, MOST_RUNS)),
    resumable: isResumable(batch, tables),
    events: journal.log({ batchId, limit: MOST_LINES }),
  };
}

/** How many of a table's runs say what is usual: about a week of daily ones, so that a table that grows is followed. */
export const MOST_RUNS = 9;
/** Of fewer, one odd run would make a third or more. */
const FEWEST_RUNS = 3;
/** Of a batch's log, the newest. */
const MOST_LINES = 1000;

/** Medians of what tables took, by `tableKey`; only where there are enough runs to say. */
export function usualOf(runs: readonly PastRun[]): Readonly<Record<string, Usual>> {
  const usual = [...enoughRuns(runs)].map(([key, past]): [string, Usual] => [
    key,
    { seconds: median(past.map((run) => run.seconds)), rows: median(past.map((run) => run.rows)) },
  ]);
  return Object.fromEntries(usual);
}

/** The runs of those tables that have run often enough to say what is usual, by `tableKey`. */
export function enoughRuns(runs: readonly PastRun[]): ReadonlyMap<string, readonly PastRun[]> {
  const byTable = Map.groupBy(runs, (run) => tableKey(run.connection, run.table_name));
  return new Map([...byTable].filter(([, past]) => past.length >= FEWEST_RUNS));
}

/** The middle one, or what is half way between the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
}

/** A superseded batch's tables have been completed by later ones. */
function isResumable(batch: BatchRow, tables: readonly TableRow[]): boolean {
  if (batch.status !== BatchStatus.Failed && batch.status !== BatchStatus.Interrupted) return false;
  if (batch.interruption_reason === 'superseded') return false;
  return tables.some(({ status }) => status !== TableStatus.Completed && status !== TableStatus.Skipped);
}

/** IANA name of this computer's time zone. */
export function computerZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** A day of the calendar in some time zone, and when it is: 23 or 25 hours where the clocks change. */
interface LocalDay {
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
