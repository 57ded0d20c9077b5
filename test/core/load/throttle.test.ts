import { expect, test } from 'vitest';
import { parseHours, Throttle } from '../../../src/core/load/throttle.ts';
import type { Clock } from '../../../src/core/ports.ts';
import { atBranch, sync } from '../../support/branch.ts';
import { freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';

const NEVER = new AbortController().signal;

/** A clock on which sleeping takes no time, and always wakes late by a little. */
function quickClock(start = new Date(2026, 10, 2, 9, 0)): Clock & { ms: number } {
  const clock = {
    ms: 0,
    now: () => new Date(start.getTime() + clock.ms),
    monotonic: () => clock.ms,
    sleep: async (ms: number) => {
      clock.ms += ms + 3;
    },
  };
  return clock;
}

test('the cap holds within a tenth over a minute, for pieces of any size', async () => {
  for (const piece of [500, 64 * 1024, 1_000_000]) {
    const clock = quickClock();
    const throttle = new Throttle(512, null, clock);
    let sent = 0;
    while (clock.ms < 60_000) {
      await throttle.spend(piece, NEVER);
      sent += piece;
    }
    const kbps = ((sent - piece) * 8) / clock.ms;
    expect(kbps).toBeGreaterThan(512 * 0.9 - (piece * 8) / 60_000);
    expect(kbps).toBeLessThan(512 * 1.1);
  }
});

test('two workers share the cap', async () => {
  const clock = quickClock();
  const throttle = new Throttle(800, null, clock);
  await Promise.all([1, 2].map(() => throttle.spend(100_000, NEVER)));
  await throttle.spend(1, NEVER);
  // 200,000 bytes at 100 bytes a millisecond, less the burst.
  expect(clock.ms).toBeGreaterThanOrEqual(1750);
});

test('outside its hours the cap does not hold, and hours may span midnight', async () => {
  const spent = async (hour: number, hours: string): Promise<number> => {
    const clock = quickClock(new Date(2026, 10, 2, hour, 30));
    await new Throttle(8, parseHours(hours), clock).spend(10_000, NEVER);
    return clock.ms;
  };
  expect(await spent(9, '08:00-17:00')).toBeGreaterThan(9000);
  expect(await spent(19, '08:00-17:00')).toBe(0);
  expect(await spent(23, '22:00-06:00')).toBeGreaterThan(9000);
  expect(await spent(7, '22:00-06:00')).toBe(0);
});

test('a batch is never faster than its cap, and still arrives', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE ledger (id int PRIMARY KEY, note text)',
    "INSERT INTO ledger SELECT n, repeat('x', 200) FROM generate_series(1, 2000) n",
  );
  using home = makeHome(pair, { sync: { bandwidthKbps: 2000 } });
  await using engine = home.open();

  const { table } = await sync(engine);

  expect(table('ledger')).toMatchObject({ status: 'completed', records_processed: 2000 });
  // 420,000 bytes at 250,000 a second, less the burst.
  expect(table('ledger').duration_seconds).toBeGreaterThan(1.3);
});
