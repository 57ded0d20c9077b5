import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type CliResult, runCli } from '../cli/run.ts';
import { branchWithItems, isAlive, linesOf, shell } from '../core/hooks/support.ts';
import { type Home, makeHome } from '../support/home.ts';
import { startHookReceiver } from '../support/receivers.ts';
import { startRunner } from '../support/runner.ts';
import { changeSettings, watchService } from './support.ts';

/** A command in a home's folder. */
function cli({ folder }: Home, ...args: readonly string[]): Promise<CliResult> {
  return runCli(args, { env: { BRANCHLINE_HOME: folder } });
}

test('a failing hook is told, and so is that it works again; the batch is not said to have failed', async () => {
  await using pair = await branchWithItems();
  await using receiver = await startHookReceiver();
  const home = makeHome(pair, {
    hooks: [{ name: 'tell', command: shell('echo private; test -e ready') }],
  });
  onTestFinished(() => home[Symbol.dispose]());
  const webhook = { url: receiver.url, allowHttp: true };
  changeSettings(home.folder, { notifications: { desktop: false, webhook } });
  const watched = watchService(home.folder);
  const { status } = await watched.service.runNow();
  expect(status).toBe('completed');
  await expect.poll(() => receiver.posts.map((one) => one.body.event)).toEqual(['hook_failed']);
  const [post] = receiver.posts;
  expect(post?.body).toMatchObject({ level: 'problem', title: 'What runs after the batch failed' });
  expect(JSON.stringify(post?.body)).toContain('The batch succeeded, but');
  expect(JSON.stringify(post?.body)).not.toContain('private');
  const failing = watched.service.status();
  expect(failing.hooks).toMatchObject([{ hook: 'tell', failing: { reason: { exitCode: 1 } } }]);
  expect(failing.attention).toEqual([]);
  await watched.service.runNow();

  writeFileSync(join(home.folder, 'ready'), '');
  await watched.service.runNow();
  await expect
    .poll(() => receiver.posts.map((one) => one.body.event))
    .toEqual(['hook_failed', 'hook_recovered']);
  expect(receiver.posts[1]?.body).toMatchObject({ level: 'recovered' });
  expect(watched.service.status().hooks).toEqual([{ hook: 'tell', failing: null }]);
});

test('the service says what runs after the batch, and its stop ends it with all that it started', async () => {
  await using pair = await branchWithItems();
  using home = makeHome(pair, {
    hooks: [{ name: 'slow', command: shell('sleep 600 & echo $! > pid; wait') }, { sql: 'SELECT 1' }],
  });
  const watched = watchService(home.folder);
  void watched.service.runNow().catch(() => {});
  await watched.status((one) => one.activity.kind === 'after_batch' && one.activity.hook === 'slow');
  await vi.waitFor(() => expect(linesOf(home.folder, 'pid')).toHaveLength(1));
  await watched.service.stop();
  expect(isAlive(Number(linesOf(home.folder, 'pid')[0]))).toBe(false);
  expect(watched.events).toContainEqual(
    expect.objectContaining({
      type: 'hook_ended',
      end: expect.objectContaining({ hook: 'slow', outcome: 'stopped' }),
    }),
  );
  // What had not begun runs at the next start, by itself.
  const next = watchService(home.folder);
  const { end } = await next.event('hook_ended');
  expect(end).toMatchObject({ hook: 'SELECT 1', outcome: 'done' });
  expect(next.count('batch_started')).toBe(0);
});

test('what a killed process has left is run by the service, and the command line shows how it went', async () => {
  await using pair = await branchWithItems();
  using home = makeHome(pair, {
    hooks: [
      { name: 'cut', command: shell('echo $$ > pid; exec sleep 600') },
      { name: 'left', command: shell(String.raw`printf 'one\n\033[31mtwo\n'; echo left >> notes`) },
    ],
  });
  const runner = await startRunner(home.folder);
  await runner.event('hook_started');
  await vi.waitFor(() => expect(linesOf(home.folder, 'pid')).toHaveLength(1));
  await runner.kill();
  process.kill(Number(linesOf(home.folder, 'pid')[0]), 'SIGKILL');
  const watched = watchService(home.folder);
  await watched.event('hook_ended', (event) => event.end.hook === 'left');
  await watched.quiet();
  await watched.service.stop();
  expect(linesOf(home.folder, 'notes')).toEqual(['left']);

  const shown = await cli(home, 'sync-status', '--events');
  expect(shown.stdout).toContain('After the batch: "cut" failed. Branchline itself was cut off meanwhile');
  expect(shown.stdout).toContain('After the batch: "left" succeeded');
  expect(shown.stdout).toContain('│ \\u001b[31mtwo');
  const status = await cli(home, 'sync-status');
  expect(status.stdout).toContain('"cut" has been failing since');
  const json = JSON.parse((await cli(home, 'sync-status', '--json')).stdout);
  expect(json.open.failing_hooks).toMatchObject([{ hook: 'cut', outcome: 'cut_off' }]);
  const check = await cli(home, 'sync-status', '--check');
  expect([check.code, check.stdout]).toEqual([1, expect.stringContaining('1 step after the batch failed')]);
});

test('sync-all runs hooks, and its exit code is that of the batch', async () => {
  await using pair = await branchWithItems();
  using home = makeHome(pair, {
    hooks: [{ sql: 'SELECT 1/0' }, { name: 'done', command: shell('true') }],
  });
  const ran = await cli(home, 'sync-all');
  expect(ran.code).toBe(0);
  expect(ran.stdout).toContain(
    'After the batch: "SELECT 1/0" failed. Head office answered: division by zero',
  );
  expect(ran.stdout).toContain('After the batch: "done" succeeded');
});
