import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock, Logger, Ports } from './ports.ts';

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
  sleep: async (ms, signal) => {
    await sleep(ms, undefined, signal === undefined ? {} : { signal });
  },
};

/** The ports of a real run. */
export function systemPorts(logger: Logger): Ports {
  return { clock: systemClock, random: Math.random, logger };
}
