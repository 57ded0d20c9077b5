import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { coalesce } from '../../src/main/tray/trayModel.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('the first request runs at once, and all in the next second run together at its end', () => {
  const work = vi.fn();
  const { ask } = coalesce(1000, work);
  for (let table = 0; table < 120; table++) ask();
  expect(work).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(999);
  expect(work).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(1);
  expect(work).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(10_000);
  expect(work).toHaveBeenCalledTimes(2);
  ask();
  expect(work).toHaveBeenCalledTimes(3);
});

test('work that fails runs again at the next request, and not before the interval is over', () => {
  const work = vi.fn((): void => {
    throw new Error('the journal cannot be read');
  });
  const { ask } = coalesce(1000, work);
  expect(ask).toThrow();
  expect(ask).not.toThrow();
  expect(() => vi.advanceTimersByTime(1000)).toThrow();
  expect(work).toHaveBeenCalledTimes(2);
});

test('cancelled work does not run', () => {
  const work = vi.fn();
  const { ask, cancel } = coalesce(1000, work);
  ask();
  ask();
  cancel();
  vi.advanceTimersByTime(2000);
  expect(work).toHaveBeenCalledTimes(1);
});
