import { type ScheduledTask, schedule } from 'node-cron';

/** Calls when something may be due. Tests drive their own. */
export interface Waker {
  /**
   * @param wake called once a minute, and at the time that its last call has named; must not throw
   * @returns ends the calls
   */
  start(wake: () => Date | null): () => void;
}

/** How long a clock that was changed, or a sleep, may go unnoticed. */
const CHECK_MS = 60_000;

/**
 * Wakes by node-cron, to the second. It is armed for one time at a time and for the coming minute only,
 * because it keeps the wall time of its next run: after a clock set back it would be silent until that comes
 * again, and after one set forward by years (a machine whose battery is empty gets its time from the network)
 * it would walk along every run in between. The check every minute, by a timer that no wall clock moves,
 * arms it anew.
 */
export function createCronWaker(): Waker {
  return {
    start(wake) {
      let armed: ScheduledTask | null = null;
      let stopped = false;
      const check = (): void => {
        void armed?.destroy();
        const at = wake();
        // Whoever was woken may have ended it.
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
  // Of a time that has passed, node-cron would find the one next year.
  const second = new Date(Math.ceil(Math.max(at.getTime(), now + 1) / 1000) * 1000);
  let asked = false;
  const once = (): void => {
    if (asked) return;
    asked = true;
    check();
  };
  const task = schedule(expressionOf(second), once, { timezone: 'UTC' });
  // More than a second late (a busy machine), node-cron only says so, and for each year that was passed over.
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
