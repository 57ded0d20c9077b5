import type { HistoryFilter } from '../core/journal/history.ts';
import type { ReadableJournal } from '../core/journal/journal.ts';
import type { PastRun } from '../core/journal/tablesPast.ts';
import { enoughRuns, MOST_RUNS, median } from '../core/progress/runProgress.ts';
import { instantsOf, offsetAt } from '../core/schedule/zone.ts';
import type { BatchRow, TableRow } from '../shared/contract.ts';
import { BatchStatus, TableStatus } from '../shared/status.ts';
import type { BatchView, DayView, Usual } from '../window-api/views.ts';
import type { BatchFilter } from '../window-api/windowApi.ts';
import { batchUnknown } from './journalReader.ts';

/** @param zone time zone of the day in the filter */
export function journalFilter({ day, until, ...filter }: BatchFilter, zone: string): HistoryFilter {
  if (day === undefined) return filter;
  const { from, to } = localDay(day, zone);
  return { ...filter, begun: { from, to: until === undefined ? to : localDay(until, zone).to } };
}

/** Worst first. */
const SEVERITY: readonly BatchStatus[] = [
  BatchStatus.Failed,
  BatchStatus.Interrupted,
  BatchStatus.Running,
  BatchStatus.Completed,
];

/** The last days, oldest first, including today. A batch counts on the day it began. */
export function viewDays(
  journal: ReadableJournal,
  now: Date,
  count: number,
  zone: string,
): readonly DayView[] {
  return viewed(journal, lastDays(now, count, zone));
}

/** Every day of a period, in order: at most the first year of it. */
export function viewPeriod(
  journal: ReadableJournal,
  first: string,
  last: string,
  zone: string,
): readonly DayView[] {
  const count = (Date.parse(last) - Date.parse(first)) / DAY_MS + 1;
  const days = Array.from({ length: Math.min(MOST_DAYS, Math.max(0, count)) }, (_, index) =>
    localDay(nameOf(Date.parse(first) + index * DAY_MS), zone),
  );
  return viewed(journal, days);
}

const MOST_DAYS = 367;

/** @param days in order, without gaps */
function viewed(journal: ReadableJournal, days: readonly LocalDay[]): readonly DayView[] {
  const begun = journal.begunBetween(days[0]?.from ?? '', days.at(-1)?.to ?? '');
  const onDays = Map.groupBy(begun, ({ started_at }) => dayOf(days, started_at));
  return days.map((day) => {
    const batches = onDays.get(day) ?? [];
    return {
      day: day.day,
      batches: batches.length,
      failed: batches.filter((one) => one.status === BatchStatus.Failed).length,
      worst: SEVERITY.find((status) => batches.some((one) => one.status === status)) ?? null,
      rows: sum(batches, (one) => one.records_processed),
      bytes: sum(batches, (one) => one.bytes),
      seconds: sum(batches, (one) => one.duration_seconds ?? 0),
    };
  });
}

function sum<T>(of: readonly T[], value: (one: T) => number): number {
  return of.reduce((total, one) => total + value(one), 0);
}

/** The day of a timestamp, by binary search: the timestamps all have one format, so they sort as text. */
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
export function viewBatch(journal: ReadableJournal, batchId: string): BatchView {
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

/** Newest lines of a batch's log. */
const MOST_LINES = 1000;

/** Median duration and rows of each table, by `tableKey`; only for tables with enough runs. */
export function usualOf(runs: readonly PastRun[]): Readonly<Record<string, Usual>> {
  const usual = [...enoughRuns(runs)].map(([key, past]): [string, Usual] => [
    key,
    { seconds: median(past.map((run) => run.seconds)), rows: median(past.map((run) => run.rows)) },
  ]);
  return Object.fromEntries(usual);
}

/** The tables of a superseded batch were completed by later batches. */
function isResumable(batch: BatchRow, tables: readonly TableRow[]): boolean {
  if (batch.status !== BatchStatus.Failed && batch.status !== BatchStatus.Interrupted) return false;
  if (batch.interruption_reason === 'superseded') return false;
  return tables.some(({ status }) => status !== TableStatus.Completed && status !== TableStatus.Skipped);
}

/** IANA name of this computer's time zone. */
export function computerZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** A calendar day in a time zone. It lasts 23 or 25 hours when the clocks change. */
interface LocalDay {
  /** `2026-11-22` */
  readonly day: string;
  /** ISO 8601 in UTC: the first moment of the day, and the first moment after it. */
  readonly from: string;
  readonly to: string;
}

/** The last days up to and including the day of `now`, oldest first. */
export function lastDays(now: Date, count: number, zone: string): readonly LocalDay[] {
  const today = wallDay(now.getTime() + offsetAt(now.getTime(), zone));
  // Each day's end is the next day's start, which halves the time zone look-ups: they are the slow part.
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

/** @param wall midnight of the day, as local wall-clock milliseconds */
function nameOf(wall: number): string {
  return new Date(wall).toISOString().slice(0, 10);
}

/** If the clocks go forward at midnight, the day begins at the moment of the change. */
function beginning(wall: number, zone: string): string {
  const [first] = instantsOf(wall, zone, false);
  return new Date(first ?? wall).toISOString();
}
