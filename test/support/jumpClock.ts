import type { Clock } from '../../src/core/ports.ts';

/** A clock that goes on as usual, and jumps when told to: a machine that sleeps, or whose time is set. */
export interface JumpClock extends Clock {
  /** Moves the wall clock; who sleeps until a time that has passed then wakes. Backwards too. */
  jump(ms: number): void;
  /** Moves the wall clock to a time. */
  jumpTo(at: Date): void;
}

/** @param start what the wall clock shows first; now where absent */
export function jumpClock(start = new Date()): JumpClock {
  let offset = start.getTime() - Date.now();
  const sleepers = new Set<{ until: number; wake(): void }>();
  const time = (): number => Date.now() + offset;

  const clock: JumpClock = {
    now: () => new Date(time()),
    monotonic: () => performance.now(),
    sleep: (ms, signal) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const sleeper = { until: time() + ms, wake: resolve };
      const timer = setTimeout(resolve, ms);
      const give = (): void => reject(signal?.reason);
      sleepers.add(sleeper);
      if (signal?.aborted) give();
      signal?.addEventListener('abort', give, { once: true });
      return promise.finally(() => {
        clearTimeout(timer);
        sleepers.delete(sleeper);
        signal?.removeEventListener('abort', give);
      });
    },
    jump: (ms) => {
      offset += ms;
      for (const sleeper of sleepers) if (sleeper.until <= time()) sleeper.wake();
    },
    jumpTo: (at) => clock.jump(at.getTime() - time()),
  };
  return clock;
}
