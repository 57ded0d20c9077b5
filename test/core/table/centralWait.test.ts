import { expect, test } from 'vitest';
import { renderEvent } from '../../../src/cli/render/eventLine.ts';
import { CentralWait, type CentralWaitState } from '../../../src/core/table/centralWait.ts';
import { DEFAULT_RETRY } from '../../../src/core/table/retry.ts';
import { FailureCode, type FailureDetail, FailureKind } from '../../../src/shared/errors.ts';
import { lookOf } from '../../cli/rows.ts';

const FULL: FailureDetail = {
  code: FailureCode.TooManyConnections,
  kind: FailureKind.Transient,
  message: 'sorry, too many clients already',
  params: { side: 'central', connection: 'pgsql_lmp' },
};

/** A wait on a clock that each sleep moves on. */
function waitWith(random: () => number, patienceMs = DEFAULT_RETRY.patienceMs) {
  let now = 0;
  const slept: number[] = [];
  const told: CentralWaitState[] = [];
  const clock = {
    now: () => new Date(now),
    monotonic: () => now,
    sleep: async (ms: number) => {
      slept.push(ms);
      now += ms;
    },
  };
  const ports = { clock, random, logger: { log: () => {} } };
  const stop = new AbortController();
  const retry = { ...DEFAULT_RETRY, patienceMs };
  const wait = new CentralWait({ ports, retry, stop: stop.signal }, (state) => void told.push(state));
  return { wait, slept, told, stop, now: () => now };
}

test('pauses lie anywhere between nothing and a bound that doubles up to 30 s', async () => {
  const longest = waitWith(() => 1);
  for (let refusals = 0; refusals < 9; refusals++) await longest.wait.after(FULL);
  expect(longest.slept).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  const shortest = waitWith(() => 0);
  await shortest.wait.after(FULL);
  expect(shortest.slept).toEqual([0]);
});

test('it gives up when the patience is over, after a last attempt at its end', async () => {
  const { wait, told, now } = waitWith(() => 1, 10_000);
  const ends: string[] = [];
  while (ends.at(-1) !== 'given_up') ends.push(await wait.after(FULL));
  expect(ends).toEqual(['again', 'again', 'again', 'again', 'again', 'given_up']);
  expect(now()).toBe(10_000);
  expect(told.at(-1)).toMatchObject({ seconds: 10, over: true });
});

test('it is told as it begins, once a minute and as it ends; the next one begins anew', async () => {
  const { wait, told } = waitWith(() => 1);
  for (let refusals = 0; refusals < 9; refusals++) await wait.after(FULL);
  wait.over();
  wait.over();
  expect(told.map(({ seconds, over }) => [seconds, over])).toEqual([
    [0, false],
    [61.5, false],
    [121.5, true],
  ]);
  await wait.after(FULL);
  expect(told.at(-1)).toMatchObject({ seconds: 0, over: false });
});

test('a branch that has no place, and everything else, is not waited for', async () => {
  const { wait, told } = waitWith(() => 1);
  const atBranch = { ...FULL, params: { ...FULL.params, side: 'source' } };
  const rowLock = { ...FULL, code: FailureCode.Contention, sqlstate: '55P03' };
  const unreachable = { ...FULL, code: FailureCode.CentralUnreachable, kind: FailureKind.Unreachable };
  for (const failure of [atBranch, rowLock, unreachable]) expect(await wait.after(failure)).toBe('none');
  expect(await waitWith(() => 1, 0).wait.after(FULL)).toBe('none');
  expect(told).toEqual([]);
});

test('a stop ends it', async () => {
  const { wait, told, stop } = waitWith(() => 1);
  stop.abort();
  expect(await wait.after(FULL)).toBe('stopped');
  expect(told.map(({ over }) => over)).toEqual([false, true]);
});

test.for([
  ['en', 'pgsql_lmp: waiting for head office, 3 min 00 s so far. No connection is free at'],
  ['id', 'pgsql_lmp: menunggu kantor pusat, sudah 3 mnt 00 dtk. '],
] as const)('the command line says how long it has waited and why (%s)', ([language, words]) => {
  const event = { batchId: null, connection: 'pgsql_lmp', table: null, seconds: 180, over: false } as const;
  const line = renderEvent({ type: 'waiting_for_central', ...event, failure: FULL }, lookOf({ language }));
  expect(line).toContain(words);
});
