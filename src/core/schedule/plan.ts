import { type CronExpression, CronExpressionParser } from 'cron-parser';
import type { ScheduleSettings } from '../../shared/settings.ts';
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
