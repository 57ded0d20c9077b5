import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { coalesce } from '../../src/main/tray/coalesce.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('who asks first is served at once, all who ask in the second after it together at its end', () => {
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

test('work that fails is done again when it is asked for again, and not before its time', () => {
  const work = vi.fn((): void => {
    throw new Error('the journal cannot be read');
  });
  const { ask } = coalesce(1000, work);
  expect(ask).toThrow();
  expect(ask).not.toThrow();
  expect(() => vi.advanceTimersByTime(1000)).toThrow();
  expect(work).toHaveBeenCalledTimes(2);
});

test('what is cancelled is done no more', () => {
  const work = vi.fn();
  const { ask, cancel } = coalesce(1000, work);
  ask();
  ask();
  cancel();
  vi.advanceTimersByTime(2000);
  expect(work).toHaveBeenCalledTimes(1);
});
