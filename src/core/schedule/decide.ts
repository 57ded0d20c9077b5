import type { ScheduleRun } from '../../shared/contract.ts';
import type { ScheduleSettings } from '../../shared/settings.ts';
import { nextRun, previousRun } from './nextRuns.ts';

const MINUTE_MS = 60_000;

/**
 * A run that begins up to this long after its time is late; after that, it was missed. Starting up and waking
 * take time.
 */
export const GRACE_MS = 5 * MINUTE_MS;

/** A missed run is not caught up if the next one is within this time, or within a quarter of the interval. */
export const NEAR_MS = 15 * MINUTE_MS;

/**
 * Times in the journal that are this far ahead of the clock mean that the clock was wrong then or is wrong
 * now. A day, because a person or a wrong time zone moves a clock by less.
 */
export const DISTRUST_MS = 24 * 60 * MINUTE_MS;

/** What to do about a schedule now. */
export type Decision =
  /** Switched off. */
  | { readonly kind: 'off' }
  /** `dueAt` is the planned time, without jitter. */
  | { readonly kind: 'run'; readonly dueAt: Date; readonly missed: boolean }
  /** Missed, and to be recorded as done without running. */
  | { readonly kind: 'skip'; readonly dueAt: Date }
  /** Nothing to do before `until` (including jitter); null if the plan has no further time. */
  | { readonly kind: 'wait'; readonly until: Date | null };

/** What the journal knows of a schedule. */
export interface History {
  /** Since when the schedule has its current definition: earlier planned times are not missed. */
  readonly firstSeenAt: Date;
  /** The run recorded last, which is not the one with the latest time if the clock was set back. */
  readonly last: ScheduleRun | null;
  /** Whether this planned time was run or skipped. */
  has(dueAt: Date): boolean;
}

/**
 * Decides by the plan, the clock and past runs, and never by what woke the service.
 *
 * - Only the latest planned time counts: one run makes up for any number of missed ones.
 * - A planned time in the journal is done, however the clock was changed since.
 * - A planned time before the last run's is done too, because that run caught it up. Exception: the clock is
 *   more than a day behind that run, so the clock was or is wrong; then only the exact times in the journal
 *   are done. So a clock that went far ahead and came back suppresses only the times that it actually ran.
 *
 * @param jitter seconds, from jitterSeconds
 */
export function decide(schedule: ScheduleSettings, now: Date, history: History, jitter: number): Decision {
  if (!schedule.enabled) return { kind: 'off' };
  // Delays the clock by the jitter, so that the plan itself can be used unchanged.
  const clock = new Date(now.getTime() - jitter * 1000);
  const next = nextRun(schedule, clock);
  const wait: Decision = { kind: 'wait', until: next && new Date(next.getTime() + jitter * 1000) };
  const dueAt = previousRun(schedule, clock);
  if (dueAt === null || isDone(dueAt, now, history)) return wait;
  if (clock.getTime() - dueAt.getTime() <= GRACE_MS) return { kind: 'run', dueAt, missed: false };
  if (schedule.missed === 'skip') return { kind: 'skip', dueAt };
  return isNear(dueAt, clock, next) ? wait : { kind: 'run', dueAt, missed: true };
}

/** Whether the clock is far behind times in the journal; worth a line in the log. */
export function clockIsBehind(now: Date, { last, firstSeenAt }: History): boolean {
  return isAhead(firstSeenAt, now) || (last !== null && isAhead(new Date(last.ran_at), now));
}

function isDone(dueAt: Date, now: Date, history: History): boolean {
  const { firstSeenAt, last } = history;
  if (dueAt < firstSeenAt && !isAhead(firstSeenAt, now)) return true;
  if (last !== null && dueAt <= new Date(last.due_at) && !isAhead(new Date(last.ran_at), now)) return true;
  return history.has(dueAt);
}

/** Whether this many milliseconds have passed; also true if the clock was wrong then or is now. */
export function hasPassed(since: string, ms: number, now: Date): boolean {
  const then = new Date(since);
  return now.getTime() - then.getTime() >= ms || isAhead(then, now);
}

/** Whether a clock that was far ahead wrote this time, or the clock is far behind now. */
export function isAhead(stamp: Date, now: Date): boolean {
  return stamp.getTime() - now.getTime() > DISTRUST_MS;
}

function isNear(dueAt: Date, clock: Date, next: Date | null): boolean {
  if (next === null) return false;
  const near = Math.min(NEAR_MS, (next.getTime() - dueAt.getTime()) / 4);
  return next.getTime() - clock.getTime() <= near;
}
