import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import type { Engine } from '../../src/core/engineApi.ts';
import { seededRows } from '../../src/demo/erp/seed.ts';
import { FailureCode } from '../../src/shared/errors.ts';
import { BatchStatus, InterruptionReason, TableStatus } from '../../src/shared/status.ts';
import { atCentral } from '../support/branch.ts';
import { differences } from '../support/compare.ts';
import { type DatabasePair, freshDatabases } from '../support/databases.ts';
import { CONNECTION } from '../support/home.ts';
import { startProxy } from '../support/proxy.ts';
import { startRunner } from '../support/runner.ts';
import { KEYLESS } from './support/few.ts';
import { badPlace } from './support/place.ts';

const SCALE = 0.05;

test('a second installation waits for a living first one, takes over a silent one, and fences it off', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  await using slow = await startProxy(pair.central);
  slow.latencyMs = 10;
  using firstHome = badPlace(pair, { central: slow });
  using secondHome = badPlace(pair);
  await using second = secondHome.open();

  const first = await startRunner(firstHome.folder);
  await first.chunks(3);
  const refused = await second.syncAll({ trigger: 'cli' });
  expect(refused.status).toBe(BatchStatus.Failed);
  for (const row of second.batch(refused.batch_id).tables) {
    expect(row).toMatchObject({ status: TableStatus.Failed, error_code: FailureCode.OwnedElsewhere });
    expect(row.error_detail?.params).toMatchObject({ connection: CONNECTION, host: hostname() });
  }
  expect(first.events.filter((event) => event.type === 'batch_ended')).toEqual([]);

  first.freeze();
  await letHeartbeatGrowOld(pair);
  const { batch: taken } = await second.resume(refused.batch_id, { trigger: 'cli' });
  expect(taken.status).toBe(BatchStatus.Completed);
  first.thaw();
  const lost = await first.ended();
  expect(lost).toMatchObject({
    status: BatchStatus.Interrupted,
    interruption_reason: InterruptionReason.LostLease,
  });
  await using firstEngine = firstHome.open();
  const own = keyedCounts(firstEngine, lost.batch_id);
  const others = keyedCounts(second, taken.batch_id);
  expect([...own.values()].filter((processed) => processed > 0).length).toBeGreaterThan(0);
  // What the first had under way was undone and is not counted: each row is written by one of the two.
  const sums = [...own].map(([table, processed]) => [table, processed + (others.get(table) ?? 0)] as const);
  expect(new Map(sums)).toEqual(new Map([...seededRows(SCALE)].filter(([table]) => table !== KEYLESS)));
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
});

test('a sign of life from years ahead, written while head office had a wrong clock, keeps nobody out', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  using firstHome = badPlace(pair);
  using secondHome = badPlace(pair);
  {
    await using first = firstHome.open();
    await first.syncAll({ trigger: 'cli' });
  }
  await using second = secondHome.open();
  await atCentral(pair, "UPDATE branchline.sources SET heartbeat = now() + interval '9 years'");

  const { status } = await second.syncAll({ trigger: 'cli' });

  expect(status).toBe(BatchStatus.Completed);
});

async function letHeartbeatGrowOld(pair: DatabasePair): Promise<void> {
  const admin = await pair.central.connectAdmin();
  await admin.query("UPDATE branchline.sources SET heartbeat = now() - interval '10 minutes'");
  await admin.end();
}

/** Rows that a batch has written, a table each; without the one that is swapped whole by whoever comes. */
function keyedCounts(engine: Engine, batchId: string): ReadonlyMap<string, number> {
  const { tables } = engine.batch(batchId);
  return new Map(
    tables.filter((row) => row.table_name !== KEYLESS).map((row) => [row.table_name, row.records_processed]),
  );
}
