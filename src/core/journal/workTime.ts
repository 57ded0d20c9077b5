import type { Clock } from '../ports.ts';

/**
 * How long batches and tables have been worked on: `duration_seconds` is the sum over all attempts, and
 * leaves out the night between a crash and its resume.
 *
 * The time of the attempt under way is kept here, by the monotonic clock, so that a corrected system clock
 * makes no duration negative. It is written with every progress, so what a crash leaves in the row is the
 * working time up to the last sign of life.
 */
export interface WorkTime {
  /** An attempt begins; `before` are the seconds of the attempts before it. */
  begin(key: string, before: number): void;
  /** Seconds of all attempts until now, or null where this process has none under way. */
  soFar(key: string): number | null;
  /** The attempt is over. */
  end(key: string): void;
}

export function createWorkTime(clock: Clock): WorkTime {
  const attempts = new Map<string, { readonly since: number; readonly before: number }>();
  return {
    begin(key, before) {
      attempts.set(key, { since: clock.monotonic(), before });
    },
    soFar(key) {
      const attempt = attempts.get(key);
      if (!attempt) return null;
      return Math.round(attempt.before * 1000 + clock.monotonic() - attempt.since) / 1000;
    },
    end(key) {
      attempts.delete(key);
    },
  };
}
