import { expect, test } from 'vitest';
import { BatchStatus, InterruptionReason } from '../../src/shared/status.ts';
import { atBranch } from '../support/branch.ts';
import { differences } from '../support/compare.ts';
import { freshDatabases } from '../support/databases.ts';
import { CONNECTION, makeHome } from '../support/home.ts';
import { jumpClock } from '../support/jumpClock.ts';
import { startRunner } from '../support/runner.ts';
import { after, changeSettings, HOUR_MS, watchService } from './support.ts';

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

test.each(['agent', 'schedule'] as const)(
  'a pause stops no run, begun by %s, and a stop is a person’s',
  async (trigger) => {
    await using pair = await freshDatabases({ scale: SCALE });
    using home = makeHome(pair, { sync: { chunkRows: 50 } });
    const clock = jumpClock();
    const soon = after(clock, HOUR_MS);
    const cron = `${soon.getUTCMinutes()} ${soon.getUTCHours()} * * *`;
    changeSettings(home.folder, { schedules: [{ id: 'soon', cron, timezone: 'UTC', jitterSeconds: 0 }] });
    const watched = watchService(home.folder, { clock });
    await watched.quiet();
    const ended = watched.event('batch_ended');
    if (trigger === 'agent') void watched.service.runNow();
    else watched.wakeAt(after(clock, HOUR_MS + 1000));
    await watched.event('table_progress');
    watched.service.pause(null);
    expect((await ended).batch).toMatchObject({ trigger, status: BatchStatus.Completed });
    expect(watched.service.status()).toMatchObject({ pause: { until: null }, next: null });
    expect(await differences(pair, { connection: CONNECTION })).toEqual([]);

    await atBranch(pair, 'UPDATE c_invoiceline SET qtyinvoiced = 7');
    const run = watched.service.runNow();
    await watched.next('table_progress');
    watched.service.stopRun();
    expect(await run).toMatchObject({
      status: BatchStatus.Interrupted,
      interruption_reason: InterruptionReason.User,
    });
    const count = watched.count('batch_resumed');
    watched.service.unpause();
    await watched.quiet();
    expect(watched.count('batch_resumed')).toBe(count);
  },
);
