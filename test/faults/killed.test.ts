import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { EngineEvent } from '../../src/shared/contract.ts';
import { BatchStatus, InterruptionReason } from '../../src/shared/status.ts';
import { differences } from '../support/compare.ts';
import { freshDatabases } from '../support/databases.ts';
import { CONNECTION, makeHome } from '../support/home.ts';
import { startProxy } from '../support/proxy.ts';
import { idleRunner, type Runner } from '../support/runner.ts';
import { counted, eachRowOnce } from './support/counts.ts';
import { FEW, LINES } from './support/few.ts';
import { illegalMoves } from './support/legalMoves.ts';
import { commitOf } from './support/moments.ts';
import { badPlace } from './support/place.ts';
import { seeded } from './support/random.ts';

const SCALE = 0.3;
const KILLS = 20;
const LONGEST_DELAY_MS = 40;

test('a batch that is killed at 20 random moments goes on each time and ends with every row once', async () => {
  const random = seeded(20251108);
  await using pair = await freshDatabases({ scale: SCALE });
  using home = makeHome(pair, { sync: { chunkRows: 250 } });
  let batchId: string | null = null;
  const goneOn: GoneOn[] = [];

  let idle = await idleRunner();
  for (let kill = 0; kill < KILLS; kill++) {
    const runner = idle.run(home.folder, batchId);
    // The next one starts up meanwhile; it touches nothing before it gets its order.
    const next = idleRunner();
    batchId = await begun(runner, batchId);
    await randomMoment(runner, random);
    await runner.kill();
    goneOn.push(...goneOnTables(runner.events));
    idle = await next;
  }
  const last = idle.run(home.folder, batchId);
  await last.ended();
  goneOn.push(...goneOnTables(last.events));

  await using engine = home.open();
  const { batch, tables } = engine.batch(batchId ?? '');
  const log = engine.log({ batchId: batch.batch_id, limit: 100_000 });
  expect(batch.status).toBe(BatchStatus.Completed);
  expect(batch.resume_count).toBe(KILLS);
  expect(log.filter((row) => row.event === 'batch_interrupted').map((row) => row.detail.reason)).toEqual(
    Array.from({ length: KILLS }, () => InterruptionReason.Crash),
  );
  expect(illegalMoves(log)).toEqual([]);
  expect(counted(tables)).toEqual(eachRowOnce(SCALE));
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
  expect(goneOn.filter((one) => one.atRow > 0 && one.nextRow !== null).length).toBeGreaterThan(0);
  expect(goneOn.filter((one) => one.nextRow !== null && one.nextRow <= one.atRow)).toEqual([]);
});

test('a table whose end the journal did not hear of keeps its counts', async () => {
  await using pair = await freshDatabases({ scale: 0.05 });
  await using proxy = await startProxy(pair.central);
  using home = badPlace(pair, { central: proxy, connection: { tables: FEW } });
  // It waits before it tries again, and is killed meanwhile: central has the table's end, the journal not.
  const idle = await idleRunner({ retry: { firstDelayMs: 60_000, longestDelayMs: 60_000 } });
  const ended = proxy.trap(commitOf(LINES, 'done'), 'cut_after_answer');
  const runner = idle.run(home.folder);
  const { batch_id } = (await runner.event('batch_started')).batch;
  await ended;
  await runner.kill();

  await using engine = home.open();
  await engine.resume(batch_id, { trigger: 'cli' });

  expect(counted(engine.batch(batch_id).tables)).toEqual(eachRowOnce(0.05, FEW));
});

/** Waits until the batch is running under this process. */
async function begun(runner: Runner, batchId: string | null): Promise<string> {
  const { batch } = await runner.event(batchId === null ? 'batch_started' : 'batch_resumed');
  return batch.batch_id;
}

/** Sometimes at the very start (claim, catalogue, first tables), else behind some chunks. */
async function randomMoment(runner: Runner, random: () => number): Promise<void> {
  const chunks = random() < 0.25 ? 0 : 1 + Math.floor(random() * 9);
  if (chunks > 0) await runner.chunks(chunks);
  await sleep(random() * LONGEST_DELAY_MS);
}

/** A table that went on behind rows that were there, and where its next chunk came to. */
interface GoneOn {
  readonly table: string;
  readonly atRow: number;
  readonly nextRow: number | null;
}

function goneOnTables(events: readonly EngineEvent[]): readonly GoneOn[] {
  return events.flatMap((event, index) => {
    if (event.type !== 'table_resumed') return [];
    const next = events
      .slice(index)
      .find((one) => one.type === 'table_progress' && one.table === event.table);
    const nextRow = next?.type === 'table_progress' ? next.processed + next.skipped : null;
    return [{ table: event.table, atRow: event.atRow, nextRow }];
  });
}
