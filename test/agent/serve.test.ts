import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { installationId } from '../../src/core/settings/installation.ts';
import type { BatchPage } from '../../src/shared/contract.ts';
import type { LiveView } from '../../src/window-api/views.ts';
import type { WindowEvent } from '../../src/window-api/windowApi.ts';
import { runCli } from '../cli/run.ts';
import { differences } from '../support/compare.ts';
import { freshDatabases } from '../support/databases.ts';
import { CONNECTION, makeHome } from '../support/home.ts';
import { startProxy } from '../support/proxy.ts';
import { type OpenWindow, openWindow, startServe } from './serveProcess.ts';
import { ask, keyed, signIn, temporaryFolder } from './support.ts';

const SCALE = 0.05;
/** Several chunks over a slow link, so that there is a middle to be killed in. */
const SLOW = {
  connection: { tables: ['c_invoiceline'] },
  sync: { chunkRows: 100, parallelTables: 1, bandwidthKbps: 400 },
};

const live = (fits: (view: LiveView) => boolean) => (event: WindowEvent) =>
  event.type === 'live' && fits(event.live);
const hasRows = (rows: number) => live(({ run }) => run !== null && run.checked >= rows);

/** The latest batch, as a window asks for it. */
async function latest(window: OpenWindow): Promise<BatchPage['batches'][number] | undefined> {
  const answer = (await window.call('history', {}, 0, 1)) as { readonly value: BatchPage };
  return answer.value.batches[0];
}

async function completed(window: OpenWindow): Promise<void> {
  await expect.poll(() => latest(window).then((one) => one?.status), { timeout: 60_000 }).toBe('completed');
}

async function newLink(folder: string): Promise<string> {
  const { stdout } = await runCli(['--data-dir', folder, 'serve', '--link', '--json']);
  return JSON.parse(stdout).link;
}

test('a window runs a batch, and every window gets its progress, at most five times a second', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  using home = makeHome(pair, { sync: { chunkRows: 200, parallelTables: 1 } });
  const serving = await startServe(home.folder);
  const windows = [
    await openWindow(serving),
    await openWindow(serving, await signIn(await newLink(home.folder))),
  ] as const;
  expect(await windows[0].call('runNow', {})).toEqual({ ok: true, value: null });
  for (const window of windows) {
    await window.event(hasRows(1));
    await window.event((event) => event.type === 'history');
  }
  await completed(windows[1]);
  expect(await latest(windows[1])).toMatchObject({ trigger: 'agent', failed_tables: 0 });
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);

  for (const { events } of windows) {
    const at = events.filter(({ event }) => event.type === 'live').map((one) => one.at);
    expect(at.length).toBeGreaterThan(2);
    // Between any seven there is more than a second; one more than the rule, since what waits in the agent's or in
    // this process's queue comes closer together than it was sent.
    const close = at.filter((time, index) => (at[index + 6] ?? Number.POSITIVE_INFINITY) - time < 1000);
    expect(close).toEqual([]);
  }
});

test('killed and started again under an open window: it is still signed in, and the batch continues', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  using home = makeHome(pair, SLOW);
  const first = await startServe(home.folder);
  const window = await openWindow(first);
  await window.call('runNow', {});
  await window.event(hasRows(400));
  await first.kill();

  const second = await startServe(home.folder);
  expect(second.port).toBe(first.port);
  const again = await openWindow(second, window.signedIn);
  await completed(again);
  expect(await latest(again)).toMatchObject({ resume_count: 1 });
  const batch = (await again.call('batch', (await latest(again))?.batch_id)) as {
    readonly value: { readonly events: readonly { readonly event: string }[] };
  };
  expect(batch.value.events.map(({ event }) => event)).toContain('table_goes_on');
});

test('a signal ends it at the chunk border with 0, and the next start continues', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  using home = makeHome(pair, SLOW);
  const first = await startServe(home.folder);
  const window = await openWindow(first);
  await window.call('runNow', {});
  await window.event(hasRows(400));
  first.child.kill('SIGINT');
  expect(await first.ended).toMatchObject({ code: 0 });

  const second = await startServe(home.folder);
  const again = await openWindow(second, window.signedIn);
  await completed(again);
  expect(await latest(again)).toMatchObject({ resume_count: 1 });
  second.child.kill('SIGTERM');
  expect(await second.ended).toMatchObject({ code: 0 });
});

test('a second Ctrl+C ends it at once, even if something hangs', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  await using link = await startProxy(pair.central);
  using home = makeHome(pair, { ...SLOW, central: { host: link.host, port: link.port } });
  const serving = await startServe(home.folder);
  const window = await openWindow(serving);
  await window.call('runNow', {});
  await window.event(hasRows(200));
  link.freeze();
  serving.child.kill('SIGINT');
  await serving.says('Ending at the next chunk border.');
  const began = performance.now();
  serving.child.kill('SIGINT');
  expect((await serving.ended).code).toBe(0);
  expect(performance.now() - began).toBeLessThan(30_000);
});

test('a second one on the same folder names the running one, and ends with 75', async () => {
  const folder = temporaryFolder();
  await startServe(folder);
  const { code, stderr } = await runCli(['--data-dir', folder, 'serve']);
  expect(code).toBe(75);
  expect(stderr).toContain(`Branchline is already at work in ${folder}.`);
});

test('a link from another terminal opens the window', async () => {
  const folder = temporaryFolder();
  const { port } = await startServe(folder);
  const { code, stdout } = await runCli(['--data-dir', folder, 'serve', '--link']);
  expect(code).toBe(0);
  const link = /http:\S+/.exec(stdout)?.[0] ?? '';
  expect(link).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${port}/\\?token=[\\w-]{43}$`));
  const signedIn = await signIn(link);
  expect((await ask({ port, path: '/api/session', headers: keyed(signedIn) })).status).toBe(204);
});

test.each(['never started', 'ended', 'killed'])('there is no link to an agent that was %s', async (how) => {
  const folder = temporaryFolder();
  if (how !== 'never started') {
    const serving = await startServe(folder);
    serving.child.kill(how === 'ended' ? 'SIGTERM' : 'SIGKILL');
    await serving.ended;
  }
  const { code, stdout, stderr } = await runCli(['--data-dir', folder, 'serve', '--link']);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('No "branchline serve" is running');
});

test('nothing that opens the window is written to disk, and what is stored is for this user alone', async () => {
  const folder = temporaryFolder();
  const serving = await startServe(folder);
  const { signedIn } = await openWindow(serving);
  const unspent = await newLink(folder);
  serving.child.kill('SIGTERM');
  await serving.ended;
  const secrets = [serving.link, unspent].map((link) => new URL(link).searchParams.get('token') ?? '');
  secrets.push(signedIn.cookie.split('=')[1] ?? '', signedIn.key);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  expect(files.map(({ name }) => name)).toEqual(expect.arrayContaining(['agent.json', 'sessions.json']));
  for (const { parentPath, name } of files) {
    const file = join(parentPath, name);
    const text = `${name} ${readFileSync(file, 'latin1')}`;
    expect(secrets.filter((secret) => secret.length < 43 || text.includes(secret))).toEqual([]);
    if (parentPath.startsWith(join(folder, 'agent'))) expect(statSync(file).mode & 0o077).toBe(0);
  }
  expect(statSync(join(folder, 'agent')).mode & 0o077).toBe(0);
});

test('output to a pipe, and so to a log, contains no link', async () => {
  const folder = temporaryFolder();
  const { code, stdout } = await runCli(['--data-dir', folder, 'serve'], {
    onStart: (child) =>
      child.stdout?.on('data', (text: string) => void (text.includes('Ctrl+C') && child.kill('SIGTERM'))),
  });
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /The window is at http:\/\/127\.0\.0\.1:\d+\.\nFor a link to open it:\n.* serve --link/,
  );
  expect(stdout).not.toContain('token');
});

test('a port in use is an error if it was requested, and otherwise skipped', async () => {
  const folder = temporaryFolder();
  const first = await startServe(folder);
  await first.kill();
  const other = createServer().listen(first.port, '127.0.0.1');
  try {
    const { code, stderr } = await runCli(['--data-dir', folder, 'serve', '--port', String(first.port)]);
    expect(code).toBe(2);
    expect(stderr).toContain(`Port ${first.port} cannot be used.`);
    expect((await startServe(folder)).port).not.toBe(first.port);
  } finally {
    other.close();
  }
});

test('on the data folder of another computer it says so, serves its window, and continues after an answer (D3)', async () => {
  const folder = temporaryFolder();
  const endpoint = { host: '127.0.0.1', port: 1, database: 'x', user: 'y' };
  writeFileSync(
    join(folder, 'settings.json'),
    JSON.stringify({ central: endpoint, connections: [{ ...endpoint, id: 'a' }] }),
  );
  installationId(folder, { host: 'branch-pc', id: 'of-the-other-one' });
  const served = await startServe(folder);
  await served.says('"branchline installation new"');
  const window = await openWindow(served);
  const status = (code: string | null) => live((view) => (view.status.refusal?.code ?? null) === code);
  await window.event(status('installation_copied'));
  expect(await window.call('answerCopy', 'keep', null)).toMatchObject({ ok: true });
  await window.event(status(null));
});
