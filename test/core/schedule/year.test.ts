import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decide, GRACE_MS, NEAR_MS } from '../../../src/core/schedule/decide.ts';
import { nextRun } from '../../../src/core/schedule/nextRuns.ts';
import { historySince, scheduleOf } from './support/schedules.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/**
 * A year in the life of a machine: it looks when it is woken, and sleeps now and then, from minutes to weeks.
 *
 * @returns what was run, and when the machine slept
 */
function live(
  schedule: ReturnType<typeof scheduleOf>,
  from: number,
  until: number,
  sleeps: readonly { readonly afterHours: number; readonly hours: number }[],
  jitter: number,
) {
  const history = historySince(new Date(from));
  const ran: { dueAt: number; missed: boolean; at: number }[] = [];
  const naps: { from: number; to: number }[] = [];
  let now = from;
  for (const { afterHours, hours } of [...sleeps, { afterHours: Number.POSITIVE_INFINITY, hours: 0 }]) {
    const awakeUntil = Math.min(now + afterHours * HOUR, until);
    while (now < awakeUntil) {
      const decision = decide(schedule, new Date(now), history, jitter);
      if (decision.kind === 'run') {
        history.note(decision.dueAt, new Date(now));
        ran.push({ dueAt: decision.dueAt.getTime(), missed: decision.missed, at: now });
      }
      const next = decision.kind === 'wait' ? (decision.until?.getTime() ?? awakeUntil) : now + MINUTE;
      // Whatever it waits for, it looks again within a day.
      now = Math.min(next, now + 24 * HOUR, awakeUntil);
    }
    if (now >= until) break;
    naps.push({ from: now, to: now + hours * HOUR });
    now += hours * HOUR;
  }
  return { ran, naps, end: now };
}

function plannedBetween(schedule: ReturnType<typeof scheduleOf>, from: number, to: number): number[] {
  const planned: number[] = [];
  for (let at = nextRun(schedule, new Date(from)); at !== null && at.getTime() < to; ) {
    planned.push(at.getTime());
    at = nextRun(schedule, at);
  }
  return planned;
}

const lives = fc.record({
  cron: fc.constantFrom(
    '30 2 * * *',
    '30 8 * * 1-5',
    '0 */4 * * *',
    '15 1,2,3 * * *',
    '0 8 L * *',
    '20 30 2 * * *',
  ),
  timezone: fc.constantFrom('America/New_York', 'Europe/Berlin', 'Asia/Jakarta'),
  jitter: fc.integer({ min: 0, max: 600 }),
  sleeps: fc.array(
    fc.record({
      afterHours: fc.double({ min: 0.1, max: 400, noNaN: true }),
      hours: fc.oneof(
        fc.double({ min: 0.05, max: 8, noNaN: true }),
        fc.double({ min: 8, max: 500, noNaN: true }),
      ),
    }),
    { maxLength: 40 },
  ),
});

test('over a year with random sleeps, every planned time is run once or covered by one catch-up', () => {
  const from = Date.UTC(2026, 0, 5, 12);
  fc.assert(
    fc.property(lives, ({ jitter, sleeps, ...over }) => {
      const schedule = scheduleOf(over);
      const { ran, naps, end } = live(schedule, from, from + 366 * 24 * HOUR, sleeps, jitter);
      const dues = ran.map((run) => run.dueAt);
      // Never twice, and never backwards.
      expect(dues).toEqual([...new Set(dues)].sort((a, b) => a - b));

      const late = jitter * 1000;
      for (const due of plannedBetween(schedule, from, end - late - GRACE_MS)) {
        const nap = naps.find((one) => one.from <= due + late && due + late < one.to);
        const run = ran.find((one) => one.dueAt === due);
        if (nap === undefined) expect(run).toMatchObject({ at: due + late, missed: false });
        // Covered: by itself as it wakes, or by a later planned time soon after.
        else if (nap.to < end - NEAR_MS - MINUTE) {
          const cover = ran.find((one) => one.dueAt >= due);
          const awake = naps.filter((one) => one.from >= nap.to && one.from < (cover?.at ?? 0));
          const asleep = awake.reduce((sum, one) => sum + one.to - one.from, 0);
          expect((cover?.at ?? Number.POSITIVE_INFINITY) - nap.to - asleep).toBeLessThanOrEqual(NEAR_MS);
        }
      }
      // One catch-up a sleep at most.
      for (const nap of naps) {
        const caughtUp = ran.filter((run) => run.dueAt + late >= nap.from && run.dueAt + late < nap.to);
        expect(caughtUp.length).toBeLessThanOrEqual(1);
      }
    }),
    // Shrinking lives of a year would take an hour; the seed is enough to look into one.
    { numRuns: 8, endOnFailure: true },
  );
});
