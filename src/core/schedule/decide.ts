import type { ScheduleRun } from '../../shared/contract.ts';
import type { ScheduleSettings } from '../../shared/settings.ts';
import { nextRun, previousRun } from './nextRuns.ts';

const MINUTE_MS = 60_000;

/** A run that begins so much after its time is late; after more, it was missed. Starting up and waking take time. */
export const GRACE_MS = 5 * MINUTE_MS;

/** A missed run is not caught up where the next one is this near, or a quarter of the interval. */
export const NEAR_MS = 15 * MINUTE_MS;

/**
 * Times in the journal that are so far ahead of the clock were written while the clock was wrong, or it is
 * wrong now. A day, since a person or a time zone set wrongly moves a clock by less.
 */
export const DISTRUST_MS = 24 * 60 * MINUTE_MS;

/** What is to be done about a schedule now. */
export type Decision =
  /** Switched off. */
  | { readonly kind: 'off' }
  /** `dueAt` is the planned time, without jitter. */
  | { readonly kind: 'run'; readonly dueAt: Date; readonly missed: boolean }
  /** Missed, and to be noted as done without running. */
  | { readonly kind: 'skip'; readonly dueAt: Date }
  /** Nothing before `until` (with jitter); null where the plan has no further time. */
  | { readonly kind: 'wait'; readonly until: Date | null };

/** What the journal knows of a schedule. */
export interface History {
  /** Since when the schedule stands as it is: what was planned before is not missed. */
  readonly firstSeenAt: Date;
  /** The one noted last, which a clock set back makes another than the one with the latest time. */
  readonly last: ScheduleRun | null;
  /** Whether this planned time was run or skipped. */
  has(dueAt: Date): boolean;
}

/**
 * Decides by the plan, the clock and what was run; never by what woke us.
 *
 * - Only the latest planned time counts: any number of missed runs is caught up by one.
 * - A planned time that is in the journal is done, whatever the clock has been set to since.
 * - One before the last run's is done too (that run has caught it up), unless the clock is more than a day
 *   behind that run: then the clock was or is wrong, and only the very times in the journal are done. So a
 *   clock that went far ahead and came back silences nothing but the times it ran meanwhile.
 *
 * @param jitter seconds, of jitterSeconds
 */
export function decide(schedule: ScheduleSettings, now: Date, history: History, jitter: number): Decision {
  if (!schedule.enabled) return { kind: 'off' };
  // On a clock that is late by the jitter, everything is as planned.
  const clock = new Date(now.getTime() - jitter * 1000);
  const next = nextRun(schedule, clock);
  const wait: Decision = { kind: 'wait', until: next && new Date(next.getTime() + jitter * 1000) };
  const dueAt = previousRun(schedule, clock);
  if (dueAt === null || isDone(dueAt, now, history)) return wait;
  if (clock.getTime() - dueAt.getTime() <= GRACE_MS) return { kind: 'run', dueAt, missed: false };
  if (schedule.missed === 'skip') return { kind: 'skip', dueAt };
  return isNear(dueAt, clock, next) ? wait : { kind: 'run', dueAt, missed: true };
}

/** Whether the clock is far behind what the journal has seen; worth a line in the log. */
export function clockIsBehind(now: Date, { last, firstSeenAt }: History): boolean {
  return isAhead(firstSeenAt, now) || (last !== null && isAhead(new Date(last.ran_at), now));
}

function isDone(dueAt: Date, now: Date, history: History): boolean {
  const { firstSeenAt, last } = history;
  if (dueAt < firstSeenAt && !isAhead(firstSeenAt, now)) return true;
  if (last !== null && dueAt <= new Date(last.due_at) && !isAhead(new Date(last.ran_at), now)) return true;
  return history.has(dueAt);
}

/** Whether so many milliseconds have passed since then; also where the clock was wrong then, or is now. */
export function hasPassed(since: string, ms: number, now: Date): boolean {
  const then = new Date(since);
  return now.getTime() - then.getTime() >= ms || isAhead(then, now);
}

/** Whether a clock that was far ahead has written this, or the clock is far behind now. */
export function isAhead(stamp: Date, now: Date): boolean {
  return stamp.getTime() - now.getTime() > DISTRUST_MS;
}

function isNear(dueAt: Date, clock: Date, next: Date | null): boolean {
  if (next === null) return false;
  const near = Math.min(NEAR_MS, (next.getTime() - dueAt.getTime()) / 4);
  return next.getTime() - clock.getTime() <= near;
}
