import type { BatchRow, TableRow } from '../../shared/contract.ts';
import { BatchStatus, TableStatus } from '../../shared/status.ts';
import type { BatchFilter, BatchView, DayView, Usual } from '../../shared/window/views.ts';
import { tableKey } from '../../shared/window/views.ts';
import type { HistoryFilter } from '../journal/history.ts';
import type { Journal } from '../journal/journal.ts';
import type { PastRun } from '../journal/tablesPast.ts';
import { batchUnknown } from './journalReader.ts';
import { type LocalDay, lastDays, localDay } from './localDays.ts';

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
