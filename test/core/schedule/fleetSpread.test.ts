import { describe, expect, test } from 'vitest';
import { type Fleet, spreadSeconds } from '../../../src/core/schedule/fleetSpread.ts';
import { jitterSeconds } from '../../../src/core/schedule/nextRuns.ts';
import { atBranch, atCentral, sync } from '../../support/branch.ts';
import { freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';

function fleet(connections: number, spread: number | null = null): Fleet {
  return { connections, spreadSeconds: spread };
}

describe('the time within which branches begin a planned run', () => {
  test('is what the schedule says until more connections are known than it has seconds', () => {
    expect(spreadSeconds(300, null)).toBe(300);
    expect(spreadSeconds(300, fleet(1))).toBe(300);
    expect(spreadSeconds(300, fleet(300))).toBe(300);
    expect(spreadSeconds(300, fleet(1000))).toBe(1000);
    expect(spreadSeconds(1800, fleet(1000))).toBe(1800);
  });

  test('ends at an hour, however many branches there are', () => {
    expect(spreadSeconds(300, fleet(10_000))).toBe(3600);
  });

  test('is what head office has set for all, within six hours', () => {
    expect(spreadSeconds(300, fleet(1000, 60))).toBe(60);
    expect(spreadSeconds(300, fleet(10, 7200))).toBe(7200);
    expect(spreadSeconds(300, fleet(10, 1_000_000))).toBe(21_600);
  });

  test('is none for a schedule that asks for its exact time', () => {
    expect(spreadSeconds(0, fleet(1000))).toBe(0);
    expect(spreadSeconds(0, fleet(1000, 60))).toBe(0);
  });

  test('moves no branch by more than it grows itself', () => {
    for (const id of Array.from({ length: 100 }, (_, index) => `branch ${index}`)) {
      const before = jitterSeconds(id, 'morning', 1000);
      const after = jitterSeconds(id, 'morning', 1010);
      expect(after).toBeGreaterThanOrEqual(before);
      expect(after - before).toBeLessThanOrEqual(10);
    }
  });
});

test('a run notes what central knows of all branches, and the schedule follows it', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, 'CREATE TABLE item (id int PRIMARY KEY)');
  using home = makeHome(pair, { schedules: [{ id: 'morning', cron: '30 8 * * *' }] });
  await using engine = home.open();
  await sync(engine);
  expect(engine.schedules()[0]).toMatchObject({ jitter_seconds: 300 });

  await atCentral(
    pair,
    `INSERT INTO branchline.sources (connection, installation, host)
     SELECT 'branch_' || n, 'i' || n, 'h' FROM generate_series(2, 900) n`,
  );
  await sync(engine);
  const [schedule] = engine.schedules();
  expect(schedule).toMatchObject({ jitter_seconds: 900 });
  expect(schedule?.late_seconds).toBeLessThanOrEqual(900);

  await atCentral(pair, 'UPDATE branchline.setup SET spread_seconds = 60');
  await sync(engine);
  expect(engine.schedules()[0]).toMatchObject({ jitter_seconds: 60 });
});
