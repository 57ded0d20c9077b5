import { createHash } from 'node:crypto';
import { type CronExpression, CronExpressionParser } from 'cron-parser';
import type { ScheduleView } from '../../shared/contract.ts';
import type { ScheduleSettings } from '../../shared/settings.ts';
import type { Journal } from '../journal/journal.ts';
import { instantsOf, offsetsAround } from './zone.ts';

/** What of a schedule says when it is due. */
export type Plan = Pick<ScheduleSettings, 'cron' | 'timezone'>;

/*
 * cron-parser walks along wall times (as if in UTC, where no clock ever changes), and zone.ts says when those
 * are. Its own time zones were tried: around a change of the clocks next() depends on where the walk began,
 * prev() passes over days that next() has (its issue 378), and half-hour changes lose a day.
 */

/** The next `count` planned instants strictly after `after`; fewer where the plan ends. */
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
  const { least, most } = offsetsAround(after.getTime(), plan.timezone);
  const walls = expression(plan, after.getTime() + least);
  const everyPass = goesOnAllDay(walls);
  let best = Number.POSITIVE_INFINITY;
  for (;;) {
    const wall = stepped(() => walls.next());
    // No later wall time can come before `best`.
    if (wall === null || wall - most >= best) return asDate(best);
    for (const at of instantsOf(wall, plan.timezone, everyPass)) {
      if (at > after.getTime()) best = Math.min(best, at);
    }
  }
}

/** The latest planned instant at or before `at`; null where there is none. */
export function previousRun(plan: Plan, at: Date): Date | null {
  const { least, most } = offsetsAround(at.getTime(), plan.timezone);
  const walls = expression(plan, at.getTime() + most + 1);
  const everyPass = goesOnAllDay(walls);
  let best = Number.NEGATIVE_INFINITY;
  for (;;) {
    const wall = stepped(() => walls.prev());
    if (wall === null || wall - least <= best) return asDate(best);
    for (const instant of instantsOf(wall, plan.timezone, everyPass)) {
      if (instant <= at.getTime()) best = Math.max(best, instant);
    }
  }
}

function expression({ cron }: Plan, currentWall: number): CronExpression {
  return CronExpressionParser.parse(cron, { currentDate: new Date(currentWall), tz: 'UTC' });
}

/** `0 * * * *` means "each hour that passes"; `30 2 * * *` means "once a day". */
function goesOnAllDay(cron: CronExpression): boolean {
  return cron.fields.hour.values.length === 24;
}

/** cron-parser has no other word for "there is none" than an error. */
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

/**
 * Seconds by which this installation runs a schedule late on purpose, so that a thousand branches do not
 * strike head office in the same second. A hash and no random number: the same after every start, so that a
 * branch's runs are as far apart as planned.
 *
 * @param spreadSeconds the setting `jitterSeconds`
 * @returns a whole number from 0 to `spreadSeconds`
 */
export function jitterSeconds(installationId: string, scheduleId: string, spreadSeconds: number): number {
  const hash = createHash('sha256').update(`${installationId}\n${scheduleId}`).digest();
  return hash.readUIntBE(0, 6) % (Math.floor(spreadSeconds) + 1);
}

/** How many of the next runs are shown. */
const SHOWN = 5;

/** The schedules for people: in the order of the settings, with their last run and the next five. */
export function viewSchedules(
  schedules: readonly ScheduleSettings[],
  journal: Pick<Journal, 'scheduleRun' | 'batch'>,
  installationId: string,
  now: Date,
): readonly ScheduleView[] {
  return schedules.map((schedule) => {
    const { id, cron, timezone, connections, tables, missed, enabled } = schedule;
    const late = jitterSeconds(installationId, id, schedule.jitterSeconds);
    // One that is planned for a moment ago and still waits for its jitter is the next.
    const from = new Date(now.getTime() - late * 1000);
    const last = journal.scheduleRun(id);
    const batch = last?.batch_id ? journal.batch(last.batch_id) : null;
    return {
      id,
      cron,
      timezone,
      connections,
      tables,
      missed,
      enabled,
      jitter_seconds: schedule.jitterSeconds,
      late_seconds: late,
      last_run: last && { ...last, batch_status: batch?.status ?? null },
      next_runs: enabled ? nextRuns(schedule, from, SHOWN).map((at) => at.toISOString()) : [],
    };
  });
}
