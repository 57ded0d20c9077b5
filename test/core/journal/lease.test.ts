import { once } from 'node:events';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isLeaseHeld, tryAcquireLease, waitForLease } from '../../../src/core/journal/lease.ts';
import { type RaceReport, startChild } from './support/child.ts';
import { freshFolder, realClock } from './support/world.ts';

test('one holder at a time inside a process; released, it is free', () => {
  const folder = freshFolder();
  const lease = tryAcquireLease(folder);
  expect(lease).not.toBeNull();
  expect(tryAcquireLease(folder)).toBeNull();
  expect(isLeaseHeld(folder)).toBe(true);
  lease?.release();
  lease?.release();
  expect(isLeaseHeld(folder)).toBe(false);
  tryAcquireLease(folder)?.release();
});

test('the lease file stays empty: there is nothing in it to be damaged', () => {
  const folder = freshFolder();
  tryAcquireLease(folder)?.release();
  expect(statSync(join(folder, 'lease.db')).size).toBe(0);
});

test('another process is kept out, and let in after the release', async () => {
  const folder = freshFolder();
  const child = await startChild();
  const lease = tryAcquireLease(folder);
  expect(await child.ask({ do: 'acquire', folder })).toBe(false);
  lease?.release();
  expect(await child.ask({ do: 'acquire', folder })).toBe(true);
  expect(tryAcquireLease(folder)).toBeNull();
});

test('a waiter has the lease soon after the holder was killed', async () => {
  for (let round = 0; round < 10; round += 1) {
    const folder = freshFolder();
    const child = await startChild();
    expect(await child.ask({ do: 'acquire', folder })).toBe(true);
    const waiting = waitForLease(folder, realClock);
    const dead = once(child.process, 'exit');
    child.process.kill('SIGKILL');
    await dead;
    const killedAt = performance.now();
    const lease = await waiting;
    // 100 ms on a machine that has nothing else to do; a lease that is only found to be old takes much longer.
    expect(performance.now() - killedAt).toBeLessThan(2000);
    lease.release();
  }
});

test('a waiter that is told to stop gives up with the reason', async () => {
  const folder = freshFolder();
  const lease = tryAcquireLease(folder);
  const stop = new AbortController();
  const waiting = waitForLease(folder, realClock, stop.signal);
  stop.abort(new Error('closing'));
  await expect(waiting).rejects.toThrow();
  lease?.release();
});

test('a command and a service that race for the lease 1,000 times never hold it both', async () => {
  const folder = freshFolder();
  const [command, service] = await Promise.all([startChild(), startChild()]);
  const reports = (await Promise.all([
    command.ask({ do: 'race', folder, times: 500, as: 'command' }),
    service.ask({ do: 'race', folder, times: 500, as: 'service' }),
  ])) as RaceReport[];
  expect(reports.map((one) => one.together)).toEqual([0, 0]);
  // It was a race: each found the other in its way. A command waits 25 ms before it says so.
  expect(reports[0]?.keptOut).toBeGreaterThan(0);
  expect(reports[1]?.keptOut).toBeGreaterThan(50);
});

test('of two processes that strike at once exactly one wins, 200 times', async () => {
  const folder = freshFolder();
  const [one, two] = await Promise.all([startChild(), startChild()]);
  for (let round = 0; round < 200; round += 1) {
    const at = Date.now() + 5;
    const got = await Promise.all([
      one.ask({ do: 'acquire', folder, at }),
      two.ask({ do: 'acquire', folder, at }),
    ]);
    expect(got.filter(Boolean)).toHaveLength(1);
    await Promise.all([one.ask({ do: 'release' }), two.ask({ do: 'release' })]);
  }
});
