import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BatchStatus } from '../../src/shared/status.ts';
import { freshFolder } from '../core/journal/support/world.ts';
import { writeSettings } from '../main/support/history.ts';
import { watchService } from '../service/support.ts';
import { freshDatabases } from '../support/databases.ts';
import { CONNECTION, makeHome } from '../support/home.ts';
import { startProxy } from '../support/proxy.ts';
import { startRunner } from '../support/runner.ts';
import { windowAppOn } from './support.ts';

const SCALE = 0.05;
const MANY_CHUNKS = { connection: { tables: ['c_invoiceline'] }, sync: { chunkRows: 50 } };

test('a run is answered when it has begun, is stopped and resumed, and sends events for all of it', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  // Slow until it is stopped: it must not be over before.
  await using link = await startProxy(pair.central);
  link.latencyMs = 15;
  using home = makeHome(pair, { ...MANY_CHUNKS, central: { port: link.port } });
  const { service, event } = watchService(home.folder);
  const opened = windowAppOn(home.folder, { service });
  opened.listen();

  expect(await opened.value('runNow', {})).toBeNull();
  const running = await opened.event('live', ({ live }) => (live.run?.checked ?? 0) > 0);
  expect(running.live.status.activity).toMatchObject({ kind: 'running', batchId: running.live.run?.batchId });
  expect(running.live.run).toMatchObject({ doneTables: 0, failedTables: 0, totalTables: 1 });
  expect(running.live.run?.tables).toMatchObject([{ connection: CONNECTION, table: 'c_invoiceline' }]);
  expect(await opened.value('holder')).toMatchObject({ pid: process.pid, face: 'agent' });

  await opened.value('stopRun');
  const { batch } = await event('batch_ended');
  expect(batch.status).toBe(BatchStatus.Interrupted);
  link.latencyMs = 0;
  expect((await opened.value('batch', batch.batch_id)).resumable).toBe(true);
  expect(await opened.value('resume', batch.batch_id, {})).toBeNull();
  await event('batch_ended', (one) => one.batch.status === BatchStatus.Completed);

  await opened.event('live', ({ live }) => live.status.activity.kind === 'idle' && live.upTo !== null);
  await opened.event('tables', ({ rows }) => rows.some((row) => row.status === 'completed'));
  await opened.event('history');
  // What is done needs nobody who goes on with it; asking for it is no mistake.
  expect((await opened.value('batch', batch.batch_id)).resumable).toBe(false);
  expect(await opened.value('resume', batch.batch_id, {})).toBeNull();
});

test('a verify sends an event for each table, and its badge is kept', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  using home = makeHome(pair, { connection: { tables: ['c_invoice', 'ad_org'] } });
  const { service, event } = watchService(home.folder);
  await service.runNow();
  const opened = windowAppOn(home.folder, { service });
  opened.listen();

  await opened.value('verify', { tables: ['c_invoice'] });
  await event('verify_ended', ({ row }) => row.table_name === 'c_invoice');

  await opened.event('live', ({ live }) => live.status.activity.kind === 'idle' && live.verifying === null);
  const states = await opened.value('tables');
  expect(states.map((one) => [one.table, one.verified?.result])).toContainEqual(['c_invoice', 'equal']);
});

test('what cannot be done is refused with its code, and a pause takes effect at once', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  using home = makeHome(pair, MANY_CHUNKS);
  const watched = watchService(home.folder);
  const { service } = watched;
  await watched.quiet();
  const { value, refusal } = windowAppOn(home.folder, { service });

  expect(await refusal('runNow', { connections: ['nope'] })).toMatchObject({ code: 'connection_unknown' });
  expect(await refusal('runNow', { tables: ['c_invoicelin'] })).toMatchObject({ code: 'table_unknown' });
  expect(await refusal('resume', 'sync_x', {})).toMatchObject({ code: 'batch_unknown' });
  await value('pause', null);
  expect((await value('live')).status.pause).toMatchObject({ until: null });
  await value('unpause');
  expect((await value('live')).status.pause).toBeNull();
  const until = new Date(Date.now() + 3_600_000).toISOString();
  await value('pause', until);
  expect((await value('live')).status.pause).toMatchObject({ until });
  expect(await value('prune', true)).toMatchObject({ dryRun: true, batches: 0 });
});

test('a run that waits for another process is answered after a moment, and its refusal comes later', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  using home = makeHome(pair, MANY_CHUNKS);
  const runner = await startRunner(home.folder);
  await runner.chunks(1);
  runner.freeze();
  const watched = watchService(home.folder);
  const opened = windowAppOn(home.folder, { service: watched.service });
  opened.listen();
  await watched.quiet();

  expect(await opened.value('runNow', { tables: ['nowhere'] })).toBeNull();
  const live = await opened.value('live');
  expect(live.status.activity).toMatchObject({ kind: 'waiting_lease', holder: { pid: runner.pid } });
  runner.thaw();
  await runner.ended();

  expect((await opened.event('refused')).refusal).toMatchObject({ kind: 'usage', code: 'table_unknown' });
});

test('without usable settings, commands say what is wrong with them', async () => {
  const folder = freshFolder();
  writeFileSync(join(folder, 'settings.json'), '{}');
  const watched = watchService(folder);
  await watched.quiet();
  const { refusal } = windowAppOn(folder, { service: watched.service });
  expect(await refusal('runNow', {})).toMatchObject({ code: 'settings_invalid' });
  expect(await refusal('prune', true)).toMatchObject({ code: 'settings_invalid' });
  expect(await refusal('pause', null)).toMatchObject({ code: 'settings_invalid' });
});

test('if another process serves the folder, no command is accepted', async () => {
  const folder = freshFolder();
  writeSettings(folder);
  const { refusal, value } = windowAppOn(folder);
  const refused = { kind: 'usage', code: 'service_running', params: { folder } };
  expect(await refusal('runNow', {})).toEqual(refused);
  expect(await refusal('resume', 'sync_x', {})).toEqual(refused);
  expect(await refusal('verify', {})).toEqual(refused);
  expect(await refusal('pause', null)).toEqual(refused);
  expect(await refusal('unpause')).toEqual(refused);
  expect(await refusal('stopRun')).toEqual(refused);
  expect(await refusal('prune', true)).toEqual(refused);
  expect((await value('setup')).commands).toBe(false);
});

test('what only the surrounding program can do is passed on to it', async () => {
  const done: string[] = [];
  let on = false;
  const opened = windowAppOn(freshFolder(), {
    startAtLogin: {
      isOn: () => on,
      set: (to) => {
        on = to;
      },
    },
    notify: () => done.push('notified') > 0,
    startDemo: async () => void done.push('demo'),
  });
  expect(await opened.value('setup')).toMatchObject({ startAtLogin: false, notifications: true, demo: true });
  expect(await opened.value('setStartAtLogin', true)).toBe(true);
  expect((await opened.value('setup')).startAtLogin).toBe(true);
  expect(await opened.value('testNotification')).toBe(true);
  expect(await opened.value('startDemo')).toBeNull();
  expect(done).toEqual(['notified', 'demo']);

  const bare = windowAppOn(freshFolder());
  expect(await bare.value('setStartAtLogin', true)).toBeNull();
  expect(await bare.value('testNotification')).toBe(false);
});
