import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createCronWaker } from '../../../src/service/schedule/waker.ts';

/*
 * node-cron reads the process's clock and timers; those are vitest's here, so that a minute passes at once.
 */

let stop = (): void => {};
beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-03-02T01:00:10.400Z') });
});
afterEach(() => {
  stop();
  // Neither a timer nor a task of node-cron is left.
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

/** Starts a waker whose every call names the first of these times that is to come; says when it was called. */
function wokenFor(...times: readonly string[]): string[] {
  const calls: string[] = [];
  stop = createCronWaker().start(() => {
    calls.push(new Date().toISOString().slice(11, 19));
    const next = times.map((time) => new Date(time)).find((time) => time.getTime() > Date.now());
    return next ?? null;
  });
  return calls;
}

test('wakes at once, each minute, and to the second at the time that was named', async () => {
  const calls = wokenFor('2026-03-02T01:01:30Z', '2026-03-02T01:01:45Z');
  await vi.advanceTimersByTimeAsync(125_000);
  expect(calls).toEqual(['01:00:10', '01:01:10', '01:01:30', '01:01:45', '01:02:10']);
});

test('goes on each minute after the clock was set back by two hours, or by years', async () => {
  const calls = wokenFor('2026-03-02T01:01:00Z');
  await vi.advanceTimersByTimeAsync(20_000);
  vi.setSystemTime(new Date('2026-03-01T23:00:30.400Z'));
  await vi.advanceTimersByTimeAsync(120_000);
  vi.setSystemTime(new Date('2020-01-01T00:00:00.000Z'));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(calls).toHaveLength(4);
});

test('a clock set forward by years, or a sleep, is noticed within a minute, and asks once', async () => {
  const calls = wokenFor('2026-03-02T01:00:50Z');
  vi.setSystemTime(new Date('2032-03-02T01:00:00.400Z'));
  await vi.advanceTimersByTimeAsync(60_000);
  // At the start, as node-cron finds its time passed, and at the check.
  expect(calls).toHaveLength(3);
});

test('a time that has passed already is asked about again within a second', async () => {
  const calls: number[] = [];
  stop = createCronWaker().start(() => {
    calls.push(Date.now());
    return calls.length === 1 ? new Date(Date.now() - 5000) : null;
  });
  await vi.advanceTimersByTimeAsync(1000);
  expect(calls).toHaveLength(2);
});
