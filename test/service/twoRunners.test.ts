import { expect, test } from 'vitest';
import { systemPorts } from '../../src/core/ports.ts';
import { createCronWaker } from '../../src/service/schedule/waker.ts';
import { startService } from '../../src/service/service.ts';
import { BatchStatus, InterruptionReason } from '../../src/shared/status.ts';
import { runCli } from '../cli/run.ts';
import { freshDatabases } from '../support/databases.ts';
import { makeHome } from '../support/home.ts';
import { startProxy } from '../support/proxy.ts';
import { startRunner } from '../support/runner.ts';
import { watchService } from './support.ts';

const MANY_CHUNKS = { connection: { tables: ['c_invoiceline'] }, sync: { chunkRows: 50 } };
const SCALE = 0.05;

test('while another process syncs, the service waits and says for whom, then does its work', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  using home = makeHome(pair, MANY_CHUNKS);
  const interrupted = watchService(home.folder);
  const run = interrupted.service.runNow();
  await interrupted.event('table_progress');
  await interrupted.service.stop();
  const { batch_id: left } = await run;

  const runner = await startRunner(home.folder);
  await runner.chunks(1);
  runner.freeze();
  const watched = watchService(home.folder);
  const waiting = await watched.status((one) => one.activity.kind === 'waiting_lease');
  expect(waiting.activity).toMatchObject({ holder: { pid: runner.pid, face: 'cli' } });
  const asked = watched.service.runNow();
  // The same wish again is the same run.
  const again = watched.service.runNow();
  expect(watched.service.engine?.batches(5).map((one) => one.status)).toEqual([
    BatchStatus.Running,
    BatchStatus.Interrupted,
  ]);

  runner.thaw();
  expect(await runner.ended()).toMatchObject({ status: BatchStatus.Completed });
  expect(await asked).toMatchObject({ status: BatchStatus.Completed, trigger: 'agent' });
  expect((await again).batch_id).toBe((await asked).batch_id);
  await watched.quiet();
  // The other process and the person have done what was left.
  expect(watched.service.engine?.batch(left).batch.interruption_reason).toBe(InterruptionReason.Superseded);
});

test('another process’s crash is found while the service runs, and its batch continues', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  using home = makeHome(pair, MANY_CHUNKS);
  const watched = watchService(home.folder);
  await watched.quiet();
  const runner = await startRunner(home.folder);
  const { batch } = await runner.event('batch_started');
  await runner.chunks(2);
  await runner.kill();

  watched.wake();
  expect((await watched.event('batch_ended')).batch).toMatchObject({
    batch_id: batch.batch_id,
    status: BatchStatus.Completed,
    resume_count: 1,
  });
});

test('the command line reads while the service runs, is told who runs, and waits if told to', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  await using source = await startProxy(pair.source);
  using home = makeHome(pair, {
    ...MANY_CHUNKS,
    connection: { ...MANY_CHUNKS.connection, port: source.port },
  });
  const watched = watchService(home.folder);
  const held = source.trap({ from: 'server', type: 'd', during: /^COPY/, after: 200 }, 'freeze');
  const run = watched.service.runNow();
  await held;
  const { batch } = await watched.event('batch_started');
  const here = ['--data-dir', home.folder];

  const [status, refused] = await Promise.all([
    runCli(['sync-status', ...here]),
    runCli(['sync-all', ...here]),
  ]);
  expect(status).toMatchObject({ code: 0 });
  expect(status.stdout).toContain(batch.batch_id);
  expect(refused.code).toBe(75);
  expect(refused.stderr).toContain(String(process.pid));
  expect(refused.stderr).toContain('--wait');

  const waiting = runCli(['sync-all', '--wait', ...here]);
  source.thaw();
  expect(await run).toMatchObject({ status: BatchStatus.Completed });
  expect(await waiting).toMatchObject({ code: 0 });
  expect(watched.service.engine?.batches(5).map((one) => one.trigger)).toEqual(['cli', 'agent']);
});

test('a second service on the folder is refused, and the folder is free after the first one ends', async () => {
  await using pair = await freshDatabases({});
  using home = makeHome(pair);
  const first = watchService(home.folder);
  const setup = {
    folder: home.folder,
    trigger: 'tray',
    language: 'en',
    waker: createCronWaker(),
  } as const;
  const second = () => startService(systemPorts({ log: () => {} }), setup);
  expect(second).toThrow(expect.objectContaining({ code: 'service_running' }));
  await first.service.stop();
  await second().stop();
});
