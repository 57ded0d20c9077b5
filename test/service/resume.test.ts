import { expect, test } from 'vitest';
import { BatchStatus, InterruptionReason } from '../../src/shared/status.ts';
import { differences } from '../support/compare.ts';
import { freshDatabases } from '../support/databases.ts';
import { CONNECTION, makeHome } from '../support/home.ts';
import { startRunner } from '../support/runner.ts';
import { watchService } from './support.ts';

const SCALE = 0.05;

test('a batch interrupted by a crash continues automatically, within its table, and nothing is lost', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  using home = makeHome(pair, { sync: { chunkRows: 100 } });
  const runner = await startRunner(home.folder);
  const { batch } = await runner.event('batch_started');
  await runner.chunks(8);
  await runner.kill();

  const { service, event } = watchService(home.folder);
  const ended = await event('batch_ended');

  expect(ended.batch).toMatchObject({
    batch_id: batch.batch_id,
    status: BatchStatus.Completed,
    resume_count: 1,
  });
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
  expect(service.status()).toMatchObject({ attention: [], pause: null, refusal: null });
});

test('a pause stops the batch at a chunk border, and the batch continues when it ends', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  using home = makeHome(pair, { sync: { chunkRows: 50 } });
  const { service, event } = watchService(home.folder);
  const run = service.runNow();
  await event('table_progress');
  service.pause(null);
  const stopped = await run;

  expect(stopped).toMatchObject({
    status: BatchStatus.Interrupted,
    interruption_reason: InterruptionReason.User,
  });
  expect(service.status()).toMatchObject({ pause: { until: null }, next: null });

  service.unpause();
  const ended = await event('batch_ended', (one) => one.batch.status === BatchStatus.Completed);
  expect(ended.batch.batch_id).toBe(stopped.batch_id);
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
});
