import type { ReadableJournal } from '../core/journal/journal.ts';
import type { ConnectionWork, PlannedOutcome } from '../core/journal/recentWork.ts';
import { median } from '../core/progress/runProgress.ts';
import { knownFleet, spreadSeconds } from '../core/schedule/fleetSpread.ts';
import { nextRun, previousRun } from '../core/schedule/nextRuns.ts';
import { offsetAt } from '../core/schedule/zone.ts';
import { freshTables, oldestOf } from '../core/standing/standing.ts';
import { tableKey } from '../shared/contract.ts';
import type { ScheduleSettings, Settings } from '../shared/settings.ts';
import { BatchStatus } from '../shared/status.ts';
import type {
  BranchRun,
  BranchToday,
  PlannedDay,
  PlannedResult,
  PlannedRun,
  TodayView,
  WorkToday,
} from '../window-api/views.ts';
import { lastDays } from './historyViews.ts';

const DAYS = 14;
const DAY_MS = 86_400_000;
/** A run may take that long until its data counts as late; as in the daily digest. */
const RUN_MS = 60 * 60_000;
/** Of a schedule that runs more often than hourly, only what is in the journal is shown. */
const MOST_INSTANTS = DAYS * 24;

/**
 * What the page Today shows of the last days.
 *
 * @param settings null if they cannot be used: nothing is planned then, and no connection is known
 * @param zone time zone of the days
 */
export function viewToday(
  journal: ReadableJournal,
  settings: Settings | null,
  now: Date,
  zone: string,
): TodayView {
  const tables = settings === null ? NO_TABLES : freshTables(journal, settings);
  return {
    days: plannedDays(journal, enabledOf(settings), now, zone),
    branches: branchesOf(journal, tables, settings, now),
    tables: tablesByAge(tables, now, zone),
    work: workToday(journal, now, zone),
    verified: verifiedOf(journal, tables),
  };
}

function enabledOf(settings: Settings | null): readonly ScheduleSettings[] {
  return (settings?.schedules ?? []).filter((one) => one.enabled);
}

type Tables = ReturnType<typeof freshTables>;
const NO_TABLES: Tables = new Map();

function tablesByAge(tables: Tables, now: Date, zone: string): TodayView['tables'] {
  const [[connection, of] = ['', []], ...others] = tables;
  if (tables.size === 0 || others.length > 0) return null;
  const midnight = lastDays(now, 1, zone)[0]?.from ?? '';
  const oldest = (some: typeof of): string | null => some.flatMap((one) => one.at ?? []).sort()[0] ?? null;
  const older = of.filter((one) => one.at !== null && one.at < midnight);
  const today = of.filter((one) => one.at !== null && one.at >= midnight);
  return {
    today: { connection, count: today.length, upTo: oldest(today) },
    older: { names: older.map((one) => one.table), upTo: oldest(older) },
    never: of.filter((one) => one.at === null).map((one) => one.table),
  };
}

function plannedDays(
  journal: ReadableJournal,
  schedules: readonly ScheduleSettings[],
  now: Date,
  zone: string,
): readonly PlannedDay[] {
  const days = lastDays(now, DAYS, zone);
  const from = days[0]?.from ?? now.toISOString();
  const to = days.at(-1)?.to ?? now.toISOString();
  const noted = new Map(
    journal.plannedOutcomes(from).map((one) => [`${one.schedule_id} ${one.due_at}`, one] as const),
  );
  const runs = new Map(
    [...noted].map(([key, one]): [string, PlannedRun] => [
      key,
      { schedule: one.schedule_id, dueAt: one.due_at, batchId: one.batch_id, result: resultOf(one) },
    ]),
  );
  const seen = journal.schedulesSeen();
  const fleet = knownFleet(journal);
  for (const schedule of schedules) {
    const since = seen.get(schedule.id) ?? now.toISOString();
    const patience = spreadSeconds(schedule.jitterSeconds, fleet) * 1000 + RUN_MS;
    for (const at of instantsOf(schedule, since > from ? since : from, to)) {
      const dueAt = at.toISOString();
      const key = `${schedule.id} ${dueAt}`;
      if (runs.has(key)) continue;
      const result = at.getTime() + patience > now.getTime() ? 'planned' : 'missed';
      runs.set(key, { schedule: schedule.id, dueAt, batchId: null, result });
    }
  }
  const sorted = [...runs.values()].sort((a, b) => (a.dueAt < b.dueAt ? -1 : a.dueAt > b.dueAt ? 1 : 0));
  return days.map(({ day, from, to }) => ({
    day,
    runs: sorted.filter(({ dueAt }) => from <= dueAt && dueAt < to),
  }));
}

/** The planned instants of a period; none if there are too many to show. */
function instantsOf(schedule: ScheduleSettings, from: string, to: string): readonly Date[] {
  const instants: Date[] = [];
  let at: Date | null = new Date(Date.parse(from) - 1);
  while (at !== null) {
    at = nextRun(schedule, at);
    if (at === null || at.toISOString() >= to) break;
    instants.push(at);
    if (instants.length > MOST_INSTANTS) return [];
  }
  return instants;
}

function resultOf({ outcome, status, due_at, ended_at, interruption_reason }: PlannedOutcome): PlannedResult {
  if (outcome === 'skipped') return 'missed';
  switch (status) {
    case BatchStatus.Running:
      return 'running';
    case BatchStatus.Failed:
      return 'failed';
    case BatchStatus.Interrupted:
      // A later batch has brought what this one left.
      return interruption_reason === 'superseded' ? 'late' : 'failed';
    default: {
      const took = ended_at === null ? 0 : Date.parse(ended_at) - Date.parse(due_at);
      return took > 2 * RUN_MS ? 'late' : 'arrived';
    }
  }
}

function branchesOf(
  journal: ReadableJournal,
  tablesOf: Tables,
  settings: Settings | null,
  now: Date,
): readonly BranchToday[] {
  const work = Map.groupBy(
    journal.connectionWork(new Date(now.getTime() - DAY_MS).toISOString()),
    (one) => one.connection,
  );
  const schedules = enabledOf(settings);
  const patienceMs = (settings?.notifications.noSuccessHours ?? 0) * RUN_MS;
  const seen = journal.schedulesSeen();
  const fleet = knownFleet(journal);
  const isTooOld = (upTo: string): boolean =>
    patienceMs > 0 && now.getTime() - Date.parse(upTo) >= patienceMs;
  return [...tablesOf].map(([connection, tables]): BranchToday => {
    const planned = schedules.filter(
      ({ connections }) => connections.includes('*') || connections.includes(connection),
    );
    const upTo = oldestOf(new Map([[connection, tables]]));
    const isLate = (schedule: ScheduleSettings): boolean => {
      const patience = RUN_MS + spreadSeconds(schedule.jitterSeconds, fleet) * 1000;
      const due = previousRun(schedule, new Date(now.getTime() - patience))?.toISOString();
      const since = seen.get(schedule.id);
      // A plan that was changed since its last time has missed nothing.
      return due !== undefined && since !== undefined && due >= since && (upTo ?? '') < due;
    };
    const next = planned.flatMap((one) => nextRun(one, now) ?? []).sort((a, b) => a.getTime() - b.getTime());
    return {
      connection,
      upTo,
      tables: tables.length,
      late:
        upTo !== null && (isTooOld(upTo) || planned.some((one) => one.tables.includes('*') && isLate(one))),
      next: next[0]?.toISOString() ?? null,
      runs: (work.get(connection) ?? []).map(runOf),
    };
  });
}

function runOf({ batch_id, started_at, ended_at, status, failed, rows }: ConnectionWork): BranchRun {
  const ended = failed > 0 ? 'failed' : status === BatchStatus.Interrupted ? 'stopped' : 'arrived';
  return {
    batchId: batch_id,
    from: started_at,
    to: ended_at,
    result: status === BatchStatus.Running ? 'running' : ended,
    rows,
  };
}

function workToday(journal: ReadableJournal, now: Date, zone: string): WorkToday {
  const days = lastDays(now, DAYS + 1, zone);
  const batches = journal.batchWork(days[0]?.from ?? now.toISOString());
  const clock = clockOf(now.toISOString(), zone);
  const sums = days.map(({ from, to }) => {
    const of = batches.filter(({ started_at: at }) => from <= at && at < to && clockOf(at, zone) <= clock);
    return {
      ran: of.length > 0,
      rows: of.reduce((sum, one) => sum + one.rows, 0),
      bytes: of.reduce((sum, one) => sum + one.sent_bytes, 0),
    };
  });
  const today = sums.at(-1);
  const before = sums.slice(0, -1).filter((one) => one.ran);
  const usual = (of: 'rows' | 'bytes'): number | null =>
    before.length === 0 ? null : median(before.map((one) => one[of]));
  return {
    rows: today?.rows ?? 0,
    sentBytes: today?.bytes ?? 0,
    usualRows: usual('rows'),
    usualBytes: usual('bytes'),
  };
}

/** Milliseconds since midnight on the wall clock. */
function clockOf(at: string, zone: string): number {
  const time = Date.parse(at);
  return (time + offsetAt(time, zone)) % DAY_MS;
}

function verifiedOf(journal: ReadableJournal, tables: Tables): TodayView['verified'] {
  const proved = new Map(
    journal
      .verifications()
      .map(({ connection, table_name, proved_at }) => [tableKey(connection, table_name), proved_at]),
  );
  const times = [...tables.values()]
    .flat()
    .filter((one) => one.at !== null)
    .map(({ connection, table }) => proved.get(tableKey(connection, table)) ?? null);
  const known = times.filter((one) => one !== null).sort();
  return { since: known[0] ?? null, never: times.length - known.length };
}
