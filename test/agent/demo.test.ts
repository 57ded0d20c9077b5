import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { BatchPage } from '../../src/shared/contract.ts';
import type { SettingsView, Setup } from '../../src/window-api/views.ts';
import { runCli } from '../cli/run.ts';
import { openWindow, startServe } from './serveProcess.ts';
import { temporaryFolder } from './support.ts';

/** Where the demo's servers are made: the system's folder for temporary files, of this test alone. */
function place(): { readonly folder: string; readonly env: Record<string, string> } {
  const folder = temporaryFolder();
  // Where root runs the tests, the servers run as another user, who passes through here.
  chmodSync(folder, 0o711);
  const own = join(folder, 'home');
  mkdirSync(own, { mode: 0o700 });
  const env = { TMPDIR: folder };
  // Nothing of a test that failed half-way goes on.
  onTestFinished(async () => void (await runCli(['demo', 'stop'], { env })));
  return { folder: own, env };
}

test('from nothing to a first sync in the window: the demo starts, writes its settings, and ends with the agent', async () => {
  const { folder, env } = place();
  const serving = await startServe(folder, [], env);
  const window = await openWindow(serving);
  const before = (await window.call('setup')) as { readonly value: Setup };
  expect(before.value).toMatchObject({
    demo: true,
    program: 'agent',
    problem: { code: 'settings_missing' },
  });

  expect(await window.call('startDemo')).toEqual({ ok: true, value: null });
  await window.event((event) => event.type === 'settings');
  const { value } = (await window.call('settings')) as { readonly value: SettingsView };
  expect(value.effective?.connections.map(({ id }) => id)).toEqual(['pgsql_lmp']);
  // A person's own language is no reason to keep what leads to databases that will be gone.
  const inIndonesian = { ...value.document, language: 'id' };
  const hooks = { afterBatch: [{ command: ['/bin/sh', '-c', 'id'] }] };
  expect(await window.call('saveSettings', { ...inIndonesian, hooks }, value.revision)).toMatchObject({
    refusal: { code: 'hooks_by_hand' },
  });
  expect(await window.call('saveSettings', inIndonesian, value.revision)).toMatchObject({ ok: true });
  expect(statSync(join(folder, 'demo.pgpass')).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(folder, 'demo.pgpass'), 'utf8')).not.toContain(':postgres:');

  await expect
    .poll(() => window.call('runNow', { tables: ['c_invoice'] }), { timeout: 60_000 })
    .toEqual({ ok: true, value: null });
  const latest = async () =>
    ((await window.call('history', {}, 0, 1)) as { readonly value: BatchPage }).value.batches[0]?.status;
  await expect.poll(latest, { timeout: 60_000 }).toBe('completed');

  serving.child.kill('SIGTERM');
  expect((await serving.ended).code).toBe(0);
  expect(existsSync(join(folder, 'settings.json'))).toBe(false);
  expect(existsSync(join(folder, 'demo.pgpass'))).toBe(false);
  expect(existsSync(join(env.TMPDIR ?? '', 'branchline-demo'))).toBe(false);
});

test('a demo that was already running is used, and keeps running', async () => {
  const { folder, env } = place();
  const started = await runCli(['demo', '--keep', '--scale', '0.01'], { env });
  expect(started.code).toBe(0);
  const serving = await startServe(folder, [], env);
  const window = await openWindow(serving);
  expect(await window.call('startDemo')).toEqual({ ok: true, value: null });
  serving.child.kill('SIGTERM');
  await serving.ended;
  expect(existsSync(join(folder, 'settings.json'))).toBe(true);
  const status = await runCli(['demo', 'status', '--json'], { env });
  expect(JSON.parse(status.stdout)).toMatchObject({ running: true });
});

test('if there are settings the demo is refused, and they stay unchanged', async () => {
  const { folder, env } = place();
  const settings = '{ "central": {} }';
  writeFileSync(join(folder, 'settings.json'), settings);
  const window = await openWindow(await startServe(folder, [], env));
  expect(await window.call('startDemo')).toMatchObject({ ok: false, refusal: { code: 'demo_not_here' } });
  expect(readFileSync(join(folder, 'settings.json'), 'utf8')).toBe(settings);
});
