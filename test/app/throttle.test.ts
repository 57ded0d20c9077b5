import { expect, test } from 'vitest';
import { Throttle } from '../../src/app/live/listeners.ts';
import { steppedClock } from './support.ts';

test('the first comes at once, then at most five per second, and the last is never lost', async () => {
  const clock = steppedClock();
  const sent: [at: number, value: number][] = [];
  let value = 0;
  using throttle = new Throttle(clock, () => sent.push([clock.monotonic(), value]));

  for (value = 1; value <= 100; value++) {
    throttle.want();
    await clock.pass(10);
  }
  value = 100;
  await clock.pass(1000);

  expect(sent[0]).toEqual([0, 1]);
  expect(sent.at(-1)?.[1]).toBe(100);
  expect(sent.length).toBeLessThanOrEqual(6);
  for (const [index, [at]] of sent.entries())
    expect(at - (sent[index - 1]?.[0] ?? -200)).toBeGreaterThanOrEqual(200);
});

test('nothing is sent without a request, and nothing after the end', async () => {
  const clock = steppedClock();
  let sent = 0;
  const throttle = new Throttle(clock, () => sent++);
  throttle.want();
  await clock.pass(5000);
  expect(sent).toBe(1);
  throttle.want();
  throttle.want();
  throttle[Symbol.dispose]();
  await clock.pass(5000);
  throttle.want();
  expect(sent).toBe(2);
});
