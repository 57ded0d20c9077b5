import { closeSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Lease, tryAcquireLease, waitForLease } from '../../../../src/core/journal/lease.ts';
import type { RaceReport, RaceRequest } from './child.ts';

/**
 * Takes the lease again and again, against whoever does the same. That nobody else holds it meanwhile is told by
 * a file that only one process can make.
 */
export async function race({ folder, times, as }: RaceRequest): Promise<RaceReport> {
  const marker = join(folder, 'held');
  let together = 0;
  let keptOut = 0;
  const ways = { command: asCommand, service: asService };
  for (let time = 0; time < times; time += 1) {
    const lease = await ways[as](folder, () => {
      keptOut += 1;
    });
    try {
      closeSync(openSync(marker, 'wx'));
      await sleep(Math.random() * 2);
      rmSync(marker);
    } catch {
      together += 1;
    }
    lease.release();
    await sleep(Math.random() * 2);
  }
  return { together, keptOut };
}

/** Asks, is told that somebody else runs, and is called again. */
async function asCommand(folder: string, keptOut: () => void): Promise<Lease> {
  for (;;) {
    const lease = tryAcquireLease(folder);
    if (lease !== null) return lease;
    keptOut();
    await sleep(1);
  }
}

/** Waits; its clock sleeps for 1 ms instead of 50, so that it is there a thousand times in seconds. */
function asService(folder: string, keptOut: () => void): Promise<Lease> {
  return waitForLease(folder, {
    now: () => new Date(),
    monotonic: () => performance.now(),
    sleep: () => {
      keptOut();
      return sleep(1);
    },
  });
}
