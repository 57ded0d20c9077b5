import { mkdtempDisposableSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hasOpenssl, issue, makeCa } from '../support/certificates.ts';
import { startHookReceiver, startMailReceiver } from '../support/receivers.ts';
import { runCli } from './run.ts';

function home(notifications: unknown) {
  const folder = mkdtempDisposableSync(join(tmpdir(), 'branchline-notify-'));
  const endpoint = { host: 'localhost', database: 'd', user: 'u' };
  const connections = [{ id: 'pgsql_lmp', label: 'Lampung', ...endpoint }];
  writeFileSync(
    join(folder.path, 'settings.json'),
    JSON.stringify({ central: endpoint, connections, notifications }),
  );
  const branchline = (...args: readonly string[]) => runCli(['--data-dir', folder.path, ...args]);
  return { folder, branchline };
}

test('notify test says of each channel what happened, and exits accordingly', async () => {
  await using hook = await startHookReceiver();
  await using server = await startMailReceiver({ secure: false, disabledCommands: ['STARTTLS'] });
  const email = {
    host: '127.0.0.1',
    port: server.port,
    security: 'none',
    from: 'a@hq.example',
    to: ['b@hq.example'],
  };
  const { folder, branchline } = home({ webhook: { url: hook.url, allowHttp: true }, email });
  using _ = folder;

  const both = await branchline('notify', 'test');
  expect(both).toMatchObject({ code: 0, stderr: '' });
  expect(both.stdout).toMatch(/Webhook: The test was accepted\.\n.*E-mail: The test was accepted\./);
  expect(hook.posts[0]?.body).toMatchObject({ event: 'test', branches: [{ label: 'Lampung' }] });
  expect(server.mails[0]?.subject).toBe('[Branchline] Lampung: A test notification');

  hook.status = 500;
  const failed = await branchline('--language', 'id', 'notify', 'test');
  expect(failed.code).toBe(1);
  expect(failed.stdout).toContain('Webhook: Tidak terkirim: penerima menolak dengan status HTTP 500.');
  expect(failed.stdout).toContain('Email: Percobaan diterima.');
  expect(failed.stdout + failed.stderr).not.toMatch(/T0PS3CRET|hunter2/);

  const one = await branchline('notify', 'test', '--channel', 'email', '--json');
  expect(one.code).toBe(0);
  expect(JSON.parse(one.stdout)).toEqual({
    ok: true,
    channels: [{ channel: 'email', ok: true, reason: null, detail: '' }],
  });
});

test.runIf(hasOpenssl())(
  'a stored bot token sends to Telegram, and what Telegram refuses is said',
  async () => {
    using certificates = mkdtempDisposableSync(join(tmpdir(), 'branchline-telegram-'));
    makeCa(certificates.path, 'ca');
    await using hook = await startHookReceiver({ tls: issue(certificates.path, 'ca', 'localhost') });
    hook.answer = '{"ok":true}';
    const apiUrl = new URL(hook.url).origin;
    const telegram = { chatId: -100123, apiUrl, caFile: join(certificates.path, 'ca.pem') };
    const { folder, branchline } = home({
      telegram,
      webhook: { url: 'https://127.0.0.1:1/', template: 'teams' },
    });
    using _ = folder;
    const test = ['notify', 'test', '--channel', 'telegram'];
    expect((await branchline(...test)).stdout).toContain('the secret was not found');
    const args = ['--data-dir', folder.path, 'notify', 'password', '--channel', 'telegram'];
    const token = '123456789:AAhunter2hunter2hunter2hunter2hunt';
    expect((await runCli(args, { stdin: `${token}\n` })).code).toBe(0);
    const sent = await branchline(...test);
    expect(sent.stdout).toContain('Telegram: The test was accepted.');
    expect(hook.posts[0]?.path).toBe(`/bot${token}/sendMessage`);
    hook.status = 403;
    const refused = await branchline('--language', 'id', ...test);
    expect(refused.code).toBe(1);
    expect(refused.stdout).toContain('Telegram: Tidak terkirim: Telegram menolak chat itu (403).');
    expect((await runCli([...args, '--remove'])).code).toBe(0);
    expect((await branchline(...test)).stdout).toContain('the secret was not found');
  },
);

test('notify test pings, and a ping has no secret to store', async () => {
  await using hook = await startHookReceiver();
  const { folder, branchline } = home({ ping: { url: hook.url, allowHttp: true } });
  using _ = folder;
  const sent = await branchline('notify', 'test');
  expect(sent).toMatchObject({ code: 0, stderr: '' });
  expect(sent.stdout).toContain('Ping: The test was accepted.');
  expect(hook.posts.map((one) => one.path)).toEqual(['/hook/T0PS3CRET/log']);
  const stored = await branchline('notify', 'password', '--channel', 'ping');
  expect(stored.code).toBe(2);
  expect(stored.stderr).toContain('webhook, email, telegram');
});

test('notify test without a channel in the settings is a wrong use', async () => {
  const { folder, branchline } = home({});
  using _ = folder;
  const none = await branchline('notify', 'test');
  expect(none.code).toBe(2);
  expect(none.stdout).toContain('none of "webhook", "email", "telegram" and "ping"');
  const one = await branchline('notify', 'test', '--channel', 'email');
  expect(one.code).toBe(2);
  expect(one.stderr).toContain('do not name "email"');
});

test('a stored secret signs the posts and signs in, and is in no settings', async () => {
  await using hook = await startHookReceiver({ secret: 'kept apart' });
  const { folder, branchline } = home({ webhook: { url: hook.url, allowHttp: true } });
  using _ = folder;

  const args = ['--data-dir', folder.path, 'notify', 'password', '--channel', 'webhook'];
  const stored = await runCli(args, { stdin: 'kept apart\n' });
  expect(stored.code).toBe(0);
  expect(stored.stdout + stored.stderr).not.toContain('kept apart');
  expect((await branchline('notify', 'test')).code).toBe(0);
  expect(hook.posts[0]?.signed).toBe(true);
  expect(readFileSync(join(folder.path, 'settings.json'), 'utf8')).not.toContain('kept apart');

  expect((await runCli([...args, '--remove'])).code).toBe(0);
  expect((await branchline('notify', 'test')).code).toBe(0);
  expect(hook.posts[1]?.signed).toBeNull();
});
