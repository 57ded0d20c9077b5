import { type ScheduledTask, schedule } from 'node-cron';

/** Calls back when something may be due. Tests use their own. */
export interface Waker {
  /**
   * @param wake called every minute, and at the time that its last call returned; must not throw
   * @returns ends the calls
   */
  start(wake: () => Date | null): () => void;
}

/** How long a changed clock or a sleep may go unnoticed. */
const CHECK_MS = 60_000;

/**
 * Wakes by node-cron, to the second. node-cron keeps the wall time of its next run: after a clock set back it
 * would be silent until that time comes again, and after one set forward by years (a machine with an empty
 * battery gets its time from the network) it would step through every run in between. So it is set for one
 * time only, at most a minute ahead, and a timer independent of the wall clock sets it again every minute.
 */
export function createCronWaker(): Waker {
  return {
    start(wake) {
      let armed: ScheduledTask | null = null;
      let stopped = false;
      const check = (): void => {
        void armed?.destroy();
        const at = wake();
        // `wake` may have ended the waker.
        armed = at === null || stopped ? null : armedFor(at, check);
      };
      const timer = setInterval(check, CHECK_MS);
      check();
      return () => {
        stopped = true;
        clearInterval(timer);
        void armed?.destroy();
        armed = null;
      };
    },
  };
}

function armedFor(at: Date, check: () => void): ScheduledTask | null {
  const now = Date.now();
  if (at.getTime() > now + CHECK_MS) return null;
  // node-cron would move a time that has passed to next year.
  const second = new Date(Math.ceil(Math.max(at.getTime(), now + 1) / 1000) * 1000);
  let asked = false;
  const once = (): void => {
    if (asked) return;
    asked = true;
    check();
  };
  const task = schedule(expressionOf(second), once, { timezone: 'UTC' });
  // More than a second late (a busy machine), node-cron reports a missed run instead of running, once for
  // each skipped year.
  task.on('execution:missed', once);
  return task;
}

function expressionOf(at: Date): string {
  return [
    at.getUTCSeconds(),
    at.getUTCMinutes(),
    at.getUTCHours(),
    at.getUTCDate(),
    at.getUTCMonth() + 1,
    '*',
  ].join(' ');
}
