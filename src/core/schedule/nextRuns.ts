import { createHash } from 'node:crypto';
import { type CronExpression, CronExpressionParser } from 'cron-parser';
import type { PlannedStretch, ScheduleView } from '../../shared/contract.ts';
import { cronsOf, type PlannedTimes, WEEKDAYS } from '../../shared/schedulePlan.ts';
import type { ScheduleSettings } from '../../shared/settings.ts';
import type { ReadableJournal } from '../journal/journal.ts';
import { knownFleet, spreadSeconds } from './fleetSpread.ts';
import { instantsOf, offsetsAround } from './zone.ts';

/** The part of a schedule that says when it is due. */
export type Plan = PlannedTimes & Pick<ScheduleSettings, 'timezone'>;

/*
 * cron-parser steps through wall times (as if in UTC, where clocks never change), and zone.ts converts them
 * to instants. Its own time zones are not used: around a clock change, next() depends on where the search
 * began, prev() skips days that next() has (its issue 378), and half-hour changes lose a day.
 */

/** The next `count` planned instants strictly after `after`; fewer if the plan ends. */
export function nextRuns(plan: Plan, after: Date, count: number): readonly Date[] {
  const runs: Date[] = [];
  for (let from = after; runs.length < count; ) {
    const next = nextRun(plan, from);
    if (next === null) break;
    runs.push(next);
    from = next;
  }
  return runs;
}

/** The first planned instant strictly after `after`. */
export function nextRun(plan: Plan, after: Date): Date | null {
  return earliest(cronsOf(plan).map((cron) => nextOf(cron, plan.timezone, after)));
}

/** The latest planned instant at or before `at`; null if there is none. */
export function previousRun(plan: Plan, at: Date): Date | null {
  return earliest(
    cronsOf(plan).map((cron) => previousOf(cron, plan.timezone, at)),
    -1,
  );
}

/** @param direction -1 for the latest instead */
function earliest(times: readonly (Date | null)[], direction = 1): Date | null {
  const known = times.filter((time) => time !== null);
  return known.toSorted((a, b) => direction * (a.getTime() - b.getTime()))[0] ?? null;
}

function nextOf(cron: string, timezone: string, after: Date): Date | null {
  const { least, most } = offsetsAround(after.getTime(), timezone);
  const walls = expression(cron, after.getTime() + least);
  const everyPass = goesOnAllDay(walls);
  let best = Number.POSITIVE_INFINITY;
  for (;;) {
    const wall = stepped(() => walls.next());
    // No later wall time can come before `best`.
    if (wall === null || wall - most >= best) return asDate(best);
    for (const at of instantsOf(wall, timezone, everyPass)) {
      if (at > after.getTime()) best = Math.min(best, at);
    }
  }
}

function previousOf(cron: string, timezone: string, at: Date): Date | null {
  const { least, most } = offsetsAround(at.getTime(), timezone);
  const walls = expression(cron, at.getTime() + most + 1);
  const everyPass = goesOnAllDay(walls);
  let best = Number.NEGATIVE_INFINITY;
  for (;;) {
    const wall = stepped(() => walls.prev());
    if (wall === null || wall - least <= best) return asDate(best);
    for (const instant of instantsOf(wall, timezone, everyPass)) {
      if (instant <= at.getTime()) best = Math.max(best, instant);
    }
  }
}

function expression(cron: string, currentWall: number): CronExpression {
  return CronExpressionParser.parse(cron, { currentDate: new Date(currentWall), tz: 'UTC' });
}

/** Distinguishes `0 * * * *` ("every hour that passes") from `30 2 * * *` ("once a day"). */
function goesOnAllDay(cron: CronExpression): boolean {
  return cron.fields.hour.values.length === 24;
}

/** cron-parser reports "no further time" only as an error. */
function stepped(step: () => { getTime(): number }): number | null {
  try {
    return step().getTime();
  } catch {
    return null;
  }
}

function asDate(instant: number): Date | null {
  return Number.isFinite(instant) ? new Date(instant) : null;
}

/** Starts that follow each other within this time are shown as one stretch. */
const STRETCH_MS = 20 * 60_000;

/**
 * The starts from one moment up to another, in order, those that follow each other within minutes as one: a schedule may
 * have 1,440 of them a day.
 *
 * @param late this installation's own delay, in seconds
 */
export function plannedStretches(
  plan: Plan,
  { from, to, late }: { readonly from: Date; readonly to: Date; readonly late: number },
): readonly Omit<PlannedStretch, 'schedule'>[] {
  const starts = new Set<number>();
  for (const cron of cronsOf(plan)) {
    // Two days more on both sides than any offset moves a wall time.
    const walls = expression(cron, from.getTime() - late * 1000 - 2 * DAY_MS);
    const everyPass = goesOnAllDay(walls);
    for (let wall = stepped(() => walls.next()); wall !== null; wall = stepped(() => walls.next())) {
      if (wall > to.getTime() + 2 * DAY_MS) break;
      for (const at of instantsOf(wall, plan.timezone, everyPass)) starts.add(at + late * 1000);
    }
  }
  const found: { first: number; last: number; starts: number }[] = [];
  for (const at of [...starts].sort((a, b) => a - b)) {
    if (at < from.getTime() || at >= to.getTime()) continue;
    const before = found.at(-1);
    if (before !== undefined && at - before.last <= STRETCH_MS) {
      before.last = at;
      before.starts += 1;
    } else {
      found.push({ first: at, last: at, starts: 1 });
    }
  }
  return found.map(({ first, last, starts: count }) => ({
    from: new Date(first).toISOString(),
    to: new Date(last).toISOString(),
    starts: count,
  }));
}

const DAY_MS = 86_400_000;

/**
 * Deliberate delay of this installation's runs of a schedule, so that a thousand branches do not reach head
 * office in the same second. A hash instead of a random number: it stays the same after every start, so a
 * branch's runs keep their planned distance.
 *
 * @param spread {@link spreadSeconds}
 * @returns a whole number of seconds from 0 to `spread`
 */
export function jitterSeconds(installationId: string, scheduleId: string, spread: number): number {
  const hash = createHash('sha256').update(`${installationId}\n${scheduleId}`).digest();
  // In proportion, so that a spread that grows by a second moves nobody by more than that.
  return Math.floor((hash.readUIntBE(0, 6) / 2 ** 48) * (Math.floor(spread) + 1));
}

/** This installation's own delay of a schedule, in seconds, and the spread that it comes from. */
export function delayOf(
  { id, jitterSeconds: configured }: Pick<ScheduleSettings, 'id' | 'jitterSeconds'>,
  journal: ReadableJournal,
  installationId: string,
): { readonly spread: number; readonly late: number } {
  const spread = spreadSeconds(configured, knownFleet(journal));
  return { spread, late: jitterSeconds(installationId, id, spread) };
}

/** Number of next runs to show. */
const SHOWN = 5;

/** The schedules for display, in the settings' order, with their last run and the next five. */
export function viewSchedules(
  schedules: readonly ScheduleSettings[],
  journal: ReadableJournal,
  installationId: string,
  now: Date,
): readonly ScheduleView[] {
  return schedules.map((schedule) => {
    const { spread, late } = delayOf(schedule, journal, installationId);
    const { id, cron = null, times = null, days = WEEKDAYS, timezone } = schedule;
    const { connections, tables, missed, enabled } = schedule;
    // A run that was planned a moment ago but still waits for its jitter counts as the next one.
    const from = new Date(now.getTime() - late * 1000);
    const last = journal.scheduleRun(id);
    const batch = last?.batch_id ? journal.batch(last.batch_id) : null;
    return {
      id,
      cron,
      times,
      days,
      timezone,
      connections,
      tables,
      missed,
      enabled,
      jitter_seconds: spread,
      late_seconds: late,
      last_run: last && { ...last, batch_status: batch?.status ?? null },
      next_runs: enabled ? nextRuns(schedule, from, SHOWN).map((at) => at.toISOString()) : [],
    };
  });
}
